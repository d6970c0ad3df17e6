import * as z from "zod";
import { DURATION } from "./duration.ts";
import { type JsonSchema, withEditorHints } from "./editor-hints.ts";
import { pipelineFile } from "./pipeline-file.ts";

/**
 * The grammar of `pipeline.yaml` for editors, generated from the schema that also validates it. It covers shapes and
 * closed lists, and suggests GitHub's events and the shipped agents, but does not check names and expressions.
 */
export function pipelineJsonSchema(): JsonSchema {
	const schema: JsonSchema = z.toJSONSchema(pipelineFile, { io: "input" });
	return withEditorHints({ title: "Healer pipeline", ...onPacks(schema) });
}

/** What a file leaves out, its packs may have: only one without packs needs every key, and `spawn` and parts of the context whole. */
function onPacks({ required, properties, ...schema }: JsonSchema): JsonSchema {
	const { spawn, context, ...others } = properties as Readonly<Record<string, JsonSchema>>;
	const { required: _ofSpawn, ...openSpawn } = spawn ?? {};
	const { additionalProperties, ...parts } = context ?? {};
	const { required: _ofPart, ...openPart } = (additionalProperties ?? {}) as JsonSchema;
	const open = { spawn: openSpawn, context: { ...parts, additionalProperties: openPart } };
	// The order of the keys is that of the grammar.
	const names = Object.keys(properties as object);
	return {
		...schema,
		properties: Object.fromEntries(names.map((name) => [name, { ...others, ...open }[name]])),
		required: ["version"],
		anyOf: [{ required: ["extends"] }, { required }],
	};
}

/** The keys that the grammar allows at a path; empty where any key is allowed. */
export function keysAt(root: JsonSchema, path: readonly (string | number)[]): readonly string[] {
	const properties = schemaAt(root, path)?.properties;
	return isRecord(properties) ? Object.keys(properties) : [];
}

/** Whether the grammar expects a duration at a path. */
export function isDurationAt(root: JsonSchema, path: readonly (string | number)[]): boolean {
	return schemaAt(root, path)?.pattern === DURATION.source;
}

function schemaAt(root: JsonSchema, path: readonly (string | number)[]): JsonSchema | undefined {
	let schema: unknown = root;
	for (const step of path) {
		schema = child(root, schema, step);
	}
	return asSchema(root, schema);
}

function child(root: JsonSchema, schema: unknown, step: string | number): unknown {
	const here = asSchema(root, schema);
	if (typeof step === "number") {
		return here?.items;
	}
	const properties = here?.properties;
	return isRecord(properties) && Object.hasOwn(properties, step) ? properties[step] : here?.additionalProperties;
}

function asSchema(root: JsonSchema, schema: unknown): JsonSchema | undefined {
	if (!isRecord(schema)) {
		return undefined;
	}
	const reference = schema.$ref;
	if (typeof reference !== "string") {
		return schema;
	}
	const definitions = root.$defs;
	const name = reference.split("/").at(-1) ?? "";
	return isRecord(definitions) && isRecord(definitions[name]) ? definitions[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
