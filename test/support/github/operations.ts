import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";
import type { MockRoute } from "./routes.ts";

/** GitHub's description of one route, compiled for validation. */
export interface Operation {
	/** Validates `{path, query}`, all values texts. */
	readonly parameters: ValidateFunction;
	/** Undefined where none is described. */
	readonly body: { readonly isRequired: boolean; readonly bodies: Bodies } | undefined;
	/** By status. */
	readonly answers: Readonly<Record<number, Bodies>>;
}

/** Allowed bodies by media type; empty where there is no body. */
export interface Bodies {
	readonly types: readonly string[];
	checkOf(type: string): ValidateFunction;
}

const operations = new Map<MockRoute, Operation>();

/** Compiled on first use, once per process: all routes together take a second. */
export function operationOf(route: MockRoute): Operation {
	const known = operations.get(route);
	if (known !== undefined) return known;
	const made = readOperation(route);
	operations.set(route, made);
	return made;
}

/** The part of OpenAPI 3.0 that the description uses. */
interface Described {
	readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}
interface DescribedOperation {
	readonly parameters?: readonly (Parameter | Reference)[];
	readonly requestBody?: { readonly required?: boolean; readonly content: Content };
	readonly responses: Readonly<Record<string, { readonly content?: Content } | Reference>>;
}
interface Parameter {
	readonly in: string;
	readonly name: string;
	readonly required?: boolean;
}
type Content = Readonly<Record<string, unknown>>;
type Reference = { readonly $ref: string };

const described: Described = JSON.parse(readFileSync(path.join(import.meta.dirname, "api.github.com.json"), "utf8"));

// Not `strict`, which rejects OpenAPI's additions to the keywords of JSON Schema.
const OPTIONS = { strict: false, allErrors: true } as const;
const bodySchemas = withDescription(new Ajv(OPTIONS));
const textSchemas = withDescription(new Ajv({ ...OPTIONS, coerceTypes: true }));

function withDescription(ajv: Ajv): Ajv {
	return formats.default(ajv).addSchema(described, "github");
}

function readOperation(route: MockRoute): Operation {
	const [method = "", template = ""] = route.split(" ");
	const operation = described.paths[template]?.[method.toLowerCase()];
	if (operation === undefined) throw new Error(`GitHub's description has no ${route}: run cut-description.ts`);
	const at = `/paths/${escaped(template)}/${method.toLowerCase()}`;
	const answers = Object.entries(operation.responses).map(([status, response]) => {
		const { value, at: place } = follow(response, `${at}/responses/${status}`);
		return [status, bodiesOf(value.content, place)] as const;
	});
	const { requestBody } = operation;
	return {
		parameters: textSchemas.compile(parametersSchema(operation, at)),
		body: requestBody && {
			isRequired: requestBody.required ?? false,
			bodies: bodiesOf(requestBody.content, `${at}/requestBody`),
		},
		answers: Object.fromEntries(answers),
	};
}

function parametersSchema({ parameters = [] }: DescribedOperation, at: string): object {
	const found = parameters.map((one, n) => follow(one, `${at}/parameters/${n}`));
	const unchecked = found.find(({ value }) => value.in !== "path" && value.in !== "query");
	if (unchecked !== undefined)
		throw new Error(`the mock does not check ${unchecked.at}: it is in the ${unchecked.value.in}`);
	const schemaOf = (place: "path" | "query") => {
		const here = found.filter(({ value }) => value.in === place);
		return {
			type: "object",
			properties: Object.fromEntries(here.map(({ value, at }) => [value.name, { $ref: `github#${at}/schema` }])),
			required: here.filter(({ value }) => value.required).map(({ value }) => value.name),
			// GitHub ignores unknown query parameters, so one that is sent is misspelt.
			additionalProperties: false,
		};
	};
	return { type: "object", properties: { path: schemaOf("path"), query: schemaOf("query") } };
}

function bodiesOf(content: Content | undefined, at: string): Bodies {
	return {
		types: Object.keys(content ?? {}),
		checkOf(type) {
			const check = bodySchemas.getSchema(`github#${at}/content/${escaped(type)}/schema`);
			if (check === undefined) throw new Error(`${at} has no schema of ${type}`);
			return check;
		},
	};
}

/** Resolves a reference, with its place in the description. */
function follow<T extends object>(value: T | Reference, at: string): { readonly value: T; readonly at: string } {
	if (!("$ref" in value)) return { value, at };
	const keys = value.$ref.split("/").slice(1);
	const found = keys.reduce<unknown>((inside, key) => Object(inside)[key], described);
	return { value: found as T, at: value.$ref.slice(1) };
}

/** A key as a part of a JSON pointer: https://datatracker.ietf.org/doc/html/rfc6901#section-3 */
function escaped(key: string): string {
	return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
