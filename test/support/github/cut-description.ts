/**
 * Reduces GitHub's OpenAPI description of api.github.com to `ROUTES`, into `api.github.com.json` in this folder. Run it
 * after adding a route:
 *     npx node test/support/github/cut-description.ts
 * It fetches `@octokit/openapi` with `npm pack`: the package unpacks to 385 MB, too much for a dependency. With a path
 * as its argument it reads that `api.github.com.json` instead. Descriptions and links to the docs are removed. The
 * examples of successful answers stay, because the mock's objects are made from them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packedFile } from "../packed-file.ts";
import { ROUTES } from "./routes.ts";

const PACKAGE = "@octokit/openapi@23.0.2";
const FILE = "generated/api.github.com.json";
const FOR_PEOPLE = new Set(["description", "summary", "externalDocs", "title", "tags", "example"]);

type Json = null | boolean | number | string | readonly Json[] | JsonObject;
interface JsonObject {
	readonly [key: string]: Json;
}

const given = process.argv[2];
const whole: JsonObject = JSON.parse(given === undefined ? packedFile(PACKAGE, FILE) : readFileSync(given, "utf8"));
writeFileSync(path.join(import.meta.dirname, "api.github.com.json"), render(cut(whole)));

function cut(description: JsonObject): JsonObject {
	const paths: Record<string, Record<string, Json>> = {};
	for (const route of ROUTES) {
		const [method, template] = route.toLowerCase().split(" ", 2).map(String);
		const operation = at(description, ["paths", String(template), String(method)]);
		if (operation === undefined) throw new Error(`GitHub's description has no ${route}`);
		paths[String(template)] = { ...paths[String(template)], [String(method)]: withoutNoise(operation) };
	}
	const components: Record<string, Record<string, Json>> = {};
	const wanted = referencesIn(paths);
	for (const reference of wanted) {
		const [, kind, name] = reference.slice(2).split("/");
		const found = withoutNoise(at(description, ["components", String(kind), String(name)]) ?? null);
		components[String(kind)] = { ...components[String(kind)], [String(name)]: found };
		// Iterating over a growing set includes the new items.
		for (const further of referencesIn(found)) wanted.add(further);
	}
	const { openapi, servers } = description;
	const info = { title: "GitHub's REST API, cut", version: PACKAGE };
	return { openapi: openapi ?? "3.0.3", info, servers: servers ?? [], paths, components };
}

function at(value: Json | undefined, keys: readonly string[]): Json | undefined {
	return keys.reduce<Json | undefined>((inside, key) => (isObject(inside) ? inside[key] : undefined), value);
}

/**
 * Rewrites GitHub's description in keywords that a JSON Schema validator understands. The validator would silently
 * check nothing where `nullable` stands without a `type`. In a path, 17 is both a number and a text, so "one of" the
 * two would reject it.
 */
function clarified(schema: JsonObject): JsonObject {
	if (schema.nullable === true && schema.type === undefined) {
		const { nullable: _, ...rest } = schema;
		return { anyOf: [rest, { enum: [null] }] };
	}
	if (isNumberOrText(schema.oneOf ?? null)) {
		const { oneOf = [], ...rest } = schema;
		return { ...rest, anyOf: oneOf };
	}
	return schema;
}

/** `named`: the keys are names, such as properties, and a property may be called `description`. */
function withoutNoise(value: Json, named = false): Json {
	if (isArray(value)) return value.map((item) => withoutNoise(item));
	if (!isObject(value)) return value;
	const kept = Object.entries(named ? value : clarified(value)).filter(
		([key]) => named || !(FOR_PEOPLE.has(key) || key.startsWith("x-")),
	);
	return Object.fromEntries(
		kept.map(([key, inside]) => {
			if (!named && (key === "examples" || key === "value")) return [key, inside];
			// Null once the fork was deleted, which the description leaves out.
			if (named && key === "head_repository") return [key, { anyOf: [inside, { enum: [null] }] }];
			return [key, withoutNoise(inside, !named && ["properties", "responses", "headers"].includes(key))];
		}),
	);
}

function isNumberOrText(schemas: Json): boolean {
	const types = isArray(schemas) ? schemas.map((schema) => at(schema, ["type"])) : [];
	return types.length === 2 && types.includes("integer") && types.includes("string");
}

function referencesIn(value: Json, found = new Set<string>()): Set<string> {
	if (isArray(value)) for (const item of value) referencesIn(item, found);
	else if (isObject(value)) {
		for (const [key, inside] of Object.entries(value)) {
			if (key === "$ref" && typeof inside === "string") found.add(inside);
			else referencesIn(inside, found);
		}
	}
	return found;
}

/** One path and one component per line, sorted, so that a change shows as the lines that changed. */
function render(description: JsonObject): string {
	const { paths, components, ...head } = description;
	const groups = Object.entries(isObject(components) ? components : {}).sort(byKey);
	const rendered = groups.map(([kind, named]) => `${JSON.stringify(kind)}: {\n${lines(named)}\n}`);
	const start = JSON.stringify(head).slice(0, -1);
	return `${start},\n"paths": {\n${lines(paths ?? {})}\n},\n"components": {\n${rendered.join(",\n")}\n}}\n`;
}

function lines(named: Json): string {
	const entries = Object.entries(isObject(named) ? named : {}).sort(byKey);
	return entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(",\n");
}

function byKey([a]: [string, Json], [b]: [string, Json]): number {
	return a < b ? -1 : 1;
}

function isArray(value: Json | undefined): value is readonly Json[] {
	return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
	return typeof value === "object" && value !== null && !isArray(value);
}
