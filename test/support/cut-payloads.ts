import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as z from "zod";

/**
 * Reduces GitHub's webhook schema (`github-webhooks.json`) to what the checker needs: the fields that each event's
 * payload may have, in any of its actions, and the allowed texts of enumerated fields. GitHub's own examples
 * (`@octokit/webhooks-examples`) are merged in, because they contain fields that the schema omits. `npm run payloads`
 * writes the result.
 */
export function cutPayloads(): string {
	const events = new Map<string, Cut>();
	for (const { post } of Object.values(specification.webhooks)) {
		const name = post["x-github"].subcategory.replaceAll("-", "_");
		const body = post.requestBody.content["application/json"].schema;
		events.set(name, merged(events.get(name) ?? NOTHING, cut(body, [])));
	}
	for (const { name, examples } of exampleList) {
		const schema = events.get(name);
		if (schema !== undefined) events.set(name, examples.reduce<Cut>(laidOver, schema));
	}
	return written(events);
}

const require = createRequire(import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(require.resolve(file), "utf8"));

interface Schema {
	readonly $ref?: string | undefined;
	readonly type?: string | readonly string[] | undefined;
	readonly enum?: readonly unknown[] | undefined;
	readonly items?: Schema | undefined;
	readonly properties?: Readonly<Record<string, Schema>> | undefined;
	readonly additionalProperties?: unknown;
	readonly oneOf?: readonly Schema[] | undefined;
	readonly anyOf?: readonly Schema[] | undefined;
	readonly allOf?: readonly Schema[] | undefined;
}

const schema: z.ZodType<Schema> = z.lazy(() =>
	z.object({
		$ref: z.string().optional(),
		type: z.union([z.string(), z.array(z.string())]).optional(),
		enum: z.array(z.unknown()).optional(),
		items: schema.optional(),
		properties: z.record(z.string(), schema).optional(),
		additionalProperties: z.unknown().optional(),
		oneOf: z.array(schema).optional(),
		anyOf: z.array(schema).optional(),
		allOf: z.array(schema).optional(),
	}),
);

const specification = z
	.object({
		webhooks: z.record(
			z.string(),
			z.object({
				post: z.object({
					"x-github": z.object({ subcategory: z.string() }),
					requestBody: z.object({ content: z.object({ "application/json": z.object({ schema }) }) }),
				}),
			}),
		),
		components: z.object({ schemas: z.record(z.string(), schema) }),
	})
	.parse(read("./github-webhooks.json"));

const exampleList = z
	.array(z.object({ name: z.string(), examples: z.array(z.unknown()) }))
	.parse(read("@octokit/webhooks-examples/api.github.com/index.json"));

/** `nothing`: always null. `any`: anything may follow. An array counts as its items, as in JSONata. */
type Cut =
	| { readonly kind: "nothing" | "any" | "plain" | "number" }
	/** `open`: other texts occurred, or are possible in some action. */
	| { readonly kind: "texts"; readonly texts: readonly string[]; readonly open: boolean }
	| { readonly kind: "object"; readonly fields: Fields };

interface Fields {
	readonly [name: string]: Cut;
}

const NOTHING: Cut = { kind: "nothing" };
const ANY: Cut = { kind: "any" };
const PLAIN: Cut = { kind: "plain" };
const NUMBER: Cut = { kind: "number" };

function cut(part: Schema, within: readonly string[]): Cut {
	if (part.$ref !== undefined) {
		const name = part.$ref.split("/").at(-1) ?? "";
		const target = specification.components.schemas[name];
		return target === undefined || within.includes(name) ? ANY : cut(target, [...within, name]);
	}
	const alternatives = [...(part.oneOf ?? []), ...(part.anyOf ?? [])].map((one) => cut(one, within));
	const together = (part.allOf ?? []).map((one) => cut(one, within));
	const cuts = [...alternatives, ...(together.length === 0 ? [] : [together.reduce(narrowed)])];
	if (cuts.length === 0 || part.properties !== undefined) cuts.push(cutItself(part, within));
	return cuts.reduce(merged, NOTHING);
}

function cutItself(part: Schema, within: readonly string[]): Cut {
	if (part.enum !== undefined) {
		const values = part.enum.filter((value) => value !== null);
		if (values.length === 0) return NOTHING;
		const texts = values.filter((value) => typeof value === "string");
		return texts.length === values.length ? { kind: "texts", texts, open: false } : PLAIN;
	}
	if (part.items !== undefined) return cut(part.items, within);
	if (part.properties !== undefined) {
		const fields = Object.entries(part.properties).map(([name, field]) => [name, cut(field, within)] as const);
		const isOpen = part.additionalProperties !== undefined && part.additionalProperties !== false;
		return isOpen ? ANY : { kind: "object", fields: Object.fromEntries(fields) };
	}
	const types = typeof part.type === "string" ? [part.type] : (part.type ?? ["object"]);
	if (types.includes("object") || types.includes("array")) return ANY;
	const present = types.filter((type) => type !== "null");
	if (present.length === 0) return NOTHING;
	return present.every((type) => type === "integer" || type === "number") ? NUMBER : PLAIN;
}

/** What either allows. */
function merged(a: Cut, b: Cut): Cut {
	if (a.kind === "nothing") return b;
	if (b.kind === "nothing") return a;
	if (a.kind === "any" || b.kind === "any") return ANY;
	if (a.kind === "object" && b.kind === "object") return joined(a.fields, b.fields, merged);
	if (a.kind === "object" || b.kind === "object") return a.kind === "object" ? a : b;
	if (a.kind === "number" && b.kind === "number") return NUMBER;
	if (a.kind === "texts" && b.kind === "texts") {
		return { kind: "texts", texts: [...new Set([...a.texts, ...b.texts])], open: a.open || b.open };
	}
	const texts = a.kind === "texts" ? a : b;
	return texts.kind === "texts" ? { ...texts, open: true } : PLAIN;
}

/** What both allow, as far as it matters here: the more specific one. */
function narrowed(a: Cut, b: Cut): Cut {
	if (a.kind === "object" && b.kind === "object") return joined(a.fields, b.fields, narrowed);
	const order = ["nothing", "any", "plain", "number", "texts", "object"];
	return order.indexOf(a.kind) >= order.indexOf(b.kind) ? a : b;
}

function joined(a: Fields, b: Fields, join: (a: Cut, b: Cut) => Cut): Cut {
	const names = new Set([...Object.keys(a), ...Object.keys(b)]);
	const fields = [...names].map((name) => [name, join(a[name] ?? NOTHING, b[name] ?? NOTHING)] as const);
	return { kind: "object", fields: Object.fromEntries(fields) };
}

/** Adds the example's extra fields; a text outside the known ones shows that others are possible. */
function laidOver(known: Cut, value: unknown): Cut {
	if (Array.isArray(value)) return value.reduce<Cut>(laidOver, known);
	if (value === null || known.kind === "any") return known;
	if (typeof value !== "object") {
		if (known.kind === "object") return known;
		if (typeof value === "number" && (known.kind === "number" || known.kind === "nothing")) return NUMBER;
		if (known.kind !== "texts") return PLAIN;
		return typeof value === "string" && known.texts.includes(value) ? known : { ...known, open: true };
	}
	const fields = known.kind === "object" ? known.fields : {};
	const seen = Object.entries(value).map(([name, field]) => [name, laidOver(fields[name] ?? NOTHING, field)] as const);
	return { kind: "object", fields: { ...fields, ...Object.fromEntries(seen) } };
}

/**
 * Equal shapes are stored once, ordered so that each refers only to earlier ones. Null is any, `"number"` a number, a list
 * its texts (with a null at the end when others are possible), an object its fields by the index of their shape.
 */
function written(events: ReadonlyMap<string, Cut>): string {
	const shapes = new Map<string, number>();
	const intern = (part: Cut): number => {
		const text = encoded(part);
		const index = shapes.get(text) ?? shapes.size;
		shapes.set(text, index);
		return index;
	};
	const encoded = (part: Cut): string => {
		if (part.kind === "texts") return JSON.stringify([...[...part.texts].sort(), ...(part.open ? [null] : [])]);
		if (part.kind === "plain") return "{}";
		if (part.kind === "number") return '"number"';
		if (part.kind !== "object") return "null";
		const names = Object.keys(part.fields).sort();
		return JSON.stringify(Object.fromEntries(names.map((name) => [name, intern(part.fields[name] ?? NOTHING)])));
	};
	const roots = [...events].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, root]) => [name, intern(root)] as const);
	return `{"shapes":[\n${[...shapes.keys()].join(",\n")}\n],\n"events":${JSON.stringify(Object.fromEntries(roots))}}\n`;
}

if (import.meta.main) {
	writeFileSync(new URL("../../pipeline/build/payload-shapes.json", import.meta.url), cutPayloads());
}
