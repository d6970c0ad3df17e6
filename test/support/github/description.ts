import { readFileSync } from "node:fs";
import path from "node:path";
import { createInstance, getHttpOperationsFromSpec, type IHttpResponse } from "@stoplight/prism-http";
import type { MockRoute } from "./routes.ts";

export interface DescribedRequest {
	/** Lower case. */
	readonly method: "get" | "post" | "patch" | "put" | "delete";
	/** As it was sent: percent-encoded. */
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
	/** The description does not allow the request: `problems` says what, for people. */
	| { readonly kind: "not_allowed"; readonly problems: readonly string[] }
	/** The description does not allow the answer that the mock gave: the mock's own mistake. */
	| { readonly kind: "answer_not_allowed"; readonly problems: readonly string[] };

/** GitHub's own description of its API, cut to what the mock knows: it judges requests and answers. */
export interface Description {
	/** Judges a request, lets `answer` answer an allowed one, and judges that, too. */
	judge(
		request: DescribedRequest,
		answer: (route: MockRoute, parameters: Readonly<Record<string, string>>) => PlainAnswer,
	): Promise<Judgement>;
}

const FILE = path.join(import.meta.dirname, "api.github.com.json");

export async function loadDescription(): Promise<Description> {
	const operations = await getHttpOperationsFromSpec(JSON.parse(readFileSync(FILE, "utf8")));
	const base = { checkSecurity: false, errors: false, upstreamProxy: undefined, isProxy: false } as const;
	const config = { ...base, validateRequest: true, validateResponse: true, mock: { dynamic: false } };

	return {
		async judge(request, answer) {
			let refused: readonly string[] | undefined;
			let given: PlainAnswer | undefined;
			const prism = createInstance(config, {
				logger: silent(),
				mock: ({ resource, input }) => {
					const unknown = unknownQueries(request.query, resource.request?.query);
					const problems = [...input.validations.map(messageOf), ...unknown];
					if (problems.length > 0) {
						refused = problems;
						return () => right({ statusCode: 422 });
					}
					const route = `${resource.method.toUpperCase()} ${resource.path}` as MockRoute;
					given = answer(route, parametersOf(resource.path, request.path));
					return () => right(responseOf(given ?? { status: 500, headers: {} }));
				},
			});
			const asked = {
				method: request.method,
				url: { path: request.path, query: queryOf(request.query) },
				headers: request.headers,
				...(request.body !== undefined && { body: request.body }),
			};
			const judged = await prism.request(asked, operations)();
			if (judged._tag === "Left") return { kind: "not_allowed", problems: [messageOf(judged.left)] };
			if (refused !== undefined) return { kind: "not_allowed", problems: refused };
			if (given === undefined) throw new Error("Prism neither refused nor answered");
			// Of an answer other than success that the description does not list, it only warns.
			const problems = judged.right.validations.output
				.filter(({ severity }) => String(severity) === "0")
				.map(messageOf);
			return problems.length > 0 ? { kind: "answer_not_allowed", problems } : { kind: "answered", answer: given };
		},
	};
}

function right(value: IHttpResponse) {
	return { _tag: "Right", right: value } as const;
}

function responseOf({ status, headers, body }: PlainAnswer): IHttpResponse {
	return { statusCode: status, headers: { ...headers }, ...(body !== undefined && { body }) };
}

/** GitHub ignores a query that it does not know; who sends one has mistaken its name. */
function unknownQueries(
	query: URLSearchParams,
	described: readonly { readonly name: string }[] = [],
): readonly string[] {
	const known = new Set(described.map(({ name }) => name));
	return [...query.keys()].filter((name) => !known.has(name)).map((name) => `query ${name} is not described`);
}

function queryOf(query: URLSearchParams): Record<string, string | string[]> {
	return Object.fromEntries([...new Set(query.keys())].map((name) => [name, oneOrAll(query.getAll(name))]));
}

function oneOrAll(values: string[]): string | string[] {
	const [first = ""] = values;
	return values.length > 1 ? values : first;
}

function parametersOf(template: string, sent: string): Record<string, string> {
	const parts = sent.split("/").map(decodeURIComponent);
	const names = template.split("/").map((part) => /^\{(.+)\}$/.exec(part)?.[1]);
	return Object.fromEntries(names.flatMap((name, at) => (name === undefined ? [] : [[name, parts[at] ?? ""]])));
}

function messageOf(problem: { readonly message: string; readonly detail?: unknown }): string {
	return typeof problem.detail === "string" ? problem.detail : problem.message;
}

/** Prism wants a pino logger, and tells it nothing that is not in what it returns. */
function silent(): Parameters<typeof createInstance>[1]["logger"] {
	const logger = { child: () => logger, trace() {}, debug() {}, info() {}, success() {}, warn() {}, error() {} };
	return logger as unknown as Parameters<typeof createInstance>[1]["logger"];
}
