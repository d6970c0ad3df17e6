import type { ErrorObject, ValidateFunction } from "ajv";
import { type Bodies, type Operation, operationOf } from "./operations.ts";
import { type MockRoute, parametersOf, ROUTES, routeOf } from "./routes.ts";

export interface DescribedRequest {
	/** Lower case. */
	readonly method: "get" | "post" | "patch" | "put" | "delete";
	/** As sent: percent-encoded. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: Readonly<Record<string, string>>;
	/** Parsed; undefined when there is none. */
	readonly body: unknown;
}

export interface PlainAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

export type Judgement =
	| { readonly kind: "answered"; readonly answer: PlainAnswer }
	/** The description does not allow the request; `problems` explains why. */
	| { readonly kind: "not_allowed"; readonly problems: readonly string[] }
	/** The description does not allow the mock's answer: an error in the mock. */
	| { readonly kind: "answer_not_allowed"; readonly problems: readonly string[] };

/**
 * Validates a request against GitHub's own description of its API, lets `answer` answer a valid one, and validates the
 * answer too.
 */
export function judge(
	request: DescribedRequest,
	answer: (route: MockRoute, parameters: Readonly<Record<string, string>>) => PlainAnswer,
): Judgement {
	const route = routeOf(request.method, request.path);
	if (route === undefined) return { kind: "not_allowed", problems: [unknownRoute(request)] };
	const operation = operationOf(route);
	const refused = [...problemsOfParameters(operation, route, request), ...problemsOfRequestBody(operation, request)];
	if (refused.length > 0) return { kind: "not_allowed", problems: refused };
	const given = answer(route, parametersOf(route, request.path));
	const problems = problemsOfAnswer(operation, given);
	return problems.length > 0 ? { kind: "answer_not_allowed", problems } : { kind: "answered", answer: given };
}

function unknownRoute({ method, path }: DescribedRequest): string {
	const others = ROUTES.map((route) => route.split(" ")[0] ?? "").filter((one) => routeOf(one, path) !== undefined);
	return others.length > 0 ? `${path} does not have "${method}" method` : `Route ${path} hasn't been found`;
}

function problemsOfParameters(operation: Operation, route: MockRoute, { path, query }: DescribedRequest) {
	const repeated = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
	if (repeated.length > 0) return repeated.map((name) => `query ${name} is there more than once`);
	return problemsOf(operation.parameters, "", { path: parametersOf(route, path), query: Object.fromEntries(query) });
}

function problemsOfRequestBody({ body }: Operation, request: DescribedRequest): readonly string[] {
	if (request.body === undefined) return body?.isRequired ? ["Body parameter is required"] : [];
	if (body === undefined) return ["a body is not described"];
	return problemsOfBody(body.bodies, "Request body", request);
}

function problemsOfAnswer({ answers }: Operation, given: PlainAnswer): readonly string[] {
	const bodies = answers[given.status];
	// Errors of servers and proxies are not always described.
	if (bodies === undefined) return given.status < 400 ? [`Response ${given.status} is not described`] : [];
	if (given.body === undefined) return bodies.types.length > 0 ? ["Response body is required"] : [];
	return problemsOfBody(bodies, "Response body", given);
}

function problemsOfBody(
	{ types, checkOf }: Bodies,
	what: string,
	{ headers, body }: Pick<PlainAnswer, "headers" | "body">,
): readonly string[] {
	const type = headers["content-type"]?.split(";")[0]?.trim() ?? "";
	if (!types.includes(type)) return [`${what} is described as ${types.join(" or ") || "empty"}, not as "${type}"`];
	return problemsOf(checkOf(type), what, body);
}

function problemsOf(validate: ValidateFunction, what: string, value: unknown): readonly string[] {
	return validate(value) ? [] : (validate.errors ?? []).map((error) => problemOf(what, error));
}

function problemOf(what: string, { keyword, instancePath, message, params }: ErrorObject): string {
	const names = instancePath.split("/").slice(1);
	if (what === "") {
		if (keyword === "additionalProperties") return `${names.join(" ")} ${params.additionalProperty} is not described`;
		return `${names.join(" ")} ${message}`;
	}
	const where = names.length > 0 ? `${what} property ${names.join(".")}` : what;
	return keyword === "enum" ? `${where} ${message}: ${params.allowedValues.join(", ")}` : `${where} ${message}`;
}
