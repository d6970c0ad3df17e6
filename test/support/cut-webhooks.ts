/**
 * Reduces GitHub's OpenAPI description of its webhooks to the shape of their payloads, into `github-webhooks.json` in
 * this folder. Run it when GitHub adds events or fields, with a newer version of the package below:
 *     npx node test/support/cut-webhooks.ts && npm run payloads
 * It fetches `@octokit/openapi-webhooks` with `npm pack`: the package unpacks to 36 MB, too much for a dependency.
 */
import { writeFileSync } from "node:fs";
import { packedFile } from "./packed-file.ts";

const PACKAGE = "@octokit/openapi-webhooks@12.1.0";
const KEPT = new Set([
	"$ref",
	"type",
	"enum",
	"items",
	"properties",
	"additionalProperties",
	"oneOf",
	"anyOf",
	"allOf",
]);

interface Described {
	readonly webhooks: Readonly<Record<string, { readonly post: Webhook }>>;
	readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}
interface Webhook {
	readonly operationId: string;
	readonly summary?: string;
	readonly "x-github": { readonly subcategory: string };
	readonly requestBody: { readonly content: { readonly "application/json": { readonly schema: unknown } } };
}

const { webhooks, components }: Described = JSON.parse(packedFile(PACKAGE, "generated/api.github.com.json"));
const cutWebhooks = Object.entries(webhooks).map(([name, { post }]) => [name, { post: cutWebhook(post) }] as const);
const cutSchemas = Object.entries(components.schemas).map(([name, schema]) => [name, cut(schema)] as const);
writeFileSync(
	new URL("./github-webhooks.json", import.meta.url),
	`{"info":{"version":"${PACKAGE}"},\n"webhooks":{\n${lines(cutWebhooks)}\n},\n"components":{"schemas":{\n${lines(cutSchemas)}\n}}}\n`,
);

function cutWebhook({ operationId, summary, "x-github": { subcategory }, requestBody }: Webhook): Webhook {
	const schema = cut(requestBody.content["application/json"].schema);
	return {
		operationId,
		...(summary !== undefined && { summary }),
		"x-github": { subcategory },
		requestBody: { content: { "application/json": { schema } } },
	};
}

/** A schema without descriptions, and without limits on numbers and texts. */
function cut(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(cut);
	if (typeof schema !== "object" || schema === null) return schema;
	const kept = Object.entries(schema).filter(([key]) => KEPT.has(key));
	return Object.fromEntries(kept.map(([key, value]) => [key, cutKeyword(key, value)]));
}

function cutKeyword(key: string, value: unknown): unknown {
	if (key === "enum" || key === "type" || key === "$ref") return value;
	if (key === "additionalProperties") return value !== false;
	if (key !== "properties") return cut(value);
	return Object.fromEntries(Object.entries(Object(value)).map(([name, schema]) => [name, cut(schema)]));
}

/** One name per line, so that a change shows as the lines that changed. */
function lines(named: readonly (readonly [string, unknown])[]): string {
	return named.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",\n");
}
