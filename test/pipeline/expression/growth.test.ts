import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { Allowance } from "../../../pipeline/expression/allowance.ts";
import { BUILT_INS } from "../../../pipeline/expression/built-ins.ts";
import { FUNCTIONS, REFUSED_FUNCTIONS } from "../../../pipeline/expression/functions.ts";
import { GROWTH } from "../../../pipeline/expression/growth.ts";
import { runs } from "../../support/tiers/at-size.ts";

const weigh = (value: unknown) => new Allowance().weigh(value);

describe("GROWTH", () => {
	it("has a bound for each function of jsonata and of Healer, except those that are refused", () => {
		const names = [...BUILT_INS, ...Object.keys(FUNCTIONS)].filter((name) => !Object.hasOwn(REFUSED_FUNCTIONS, name));
		expect(Object.keys(GROWTH).toSorted()).toEqual([...new Set(names)].toSorted());
	});

	it("knows every function that jsonata binds", () => {
		const source = readFileSync(createRequire(import.meta.url).resolve("jsonata"), "utf8");
		const bound = [...source.matchAll(/staticFrame\.bind\('(\w+)'/g)].map(([, name]) => name);
		expect(bound.length).toBeGreaterThan(50);
		expect(bound.filter((name) => name !== undefined && !BUILT_INS.has(name))).toEqual([]);
	});

	it("is no less than what jsonata builds beyond its arguments, for any function and arguments", async () => {
		const property = fc.asyncProperty(arbitraryCall, async ({ name, args }) => {
			const given = weigh(args);
			const bound = GROWTH[name]?.(args, weigh, {}) ?? Number.NaN;
			// Larger calls take this test too long, and the largest are never made.
			if (bound > 100_000) return;
			const result = await callOfJsonata(name, args);
			if (result === undefined) return;
			expect(weigh(result), `$${name}`).toBeLessThanOrEqual(bound + given);
		});
		await fc.assert(property, { numRuns: runs(10_000) });
	});
});

/** jsonata's own function, without Healer's bounds; undefined when it throws or gives nothing. */
async function callOfJsonata(name: string, args: readonly unknown[]): Promise<unknown> {
	const names = args.map((_, at) => `$a${at}`);
	const bindings = Object.fromEntries(args.map((arg, at) => [`a${at}`, arg]));
	return await jsonata(`$${name}(${names.join(", ")})`)
		.evaluate({}, bindings)
		.catch(() => undefined);
}

const text = fc.oneof(
	fc.string({ maxLength: 60, unit: "grapheme" }),
	fc
		.tuple(fc.constantFrom("a", "€", "ß", "\u0001", "😀", "$0", "1", "a,", "ΐ", '"'), fc.nat(400))
		.map(([part, times]) => part.repeat(times)),
);
const picture = fc.oneof(
	text,
	fc.constantFrom(
		"[Y0001]-[M01]-[D01]",
		"[Y,300]",
		"[FNn,*-3] [D1o]",
		"[H]:[m]:[s].[f001]",
		"w",
		"Ww",
		"I",
		"A",
		"#,##0.00",
	),
	fc.constantFrom("000,000,000", "0.000e00", "1;2", "0".repeat(300), "#,#,#,#,0", "Wwo"),
);
const number = fc.oneof(fc.integer({ min: -3000, max: 3000 }), fc.constantFrom(0, 1.5, 1e15, 1e300, -1e9, 12_345_678));
const flat = fc.array(fc.oneof(text, number, fc.boolean()), { maxLength: 30 });
const object = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(text, number, flat), { maxKeys: 8 });
const any = fc.oneof(text, number, flat, object, fc.array(object, { maxLength: 8 }), fc.array(flat, { maxLength: 5 }));
const options = fc.constantFrom(undefined, {}, { "zero-digit": "٠" }, { percent: "€".repeat(200) });

/** Arguments of the right types, by function; else of any type. */
const ARGUMENTS: Readonly<Record<string, readonly fc.Arbitrary<unknown>[]>> = {
	pad: [text, number, text],
	join: [fc.array(text, { maxLength: 60 }), text],
	split: [text, text],
	replace: [text, fc.oneof(text, fc.constantFrom("a", "1")), text],
	formatNumber: [number, picture, options],
	formatInteger: [number, picture],
	formatBase: [number, fc.integer({ min: 2, max: 36 })],
	parseInteger: [text, picture],
	fromMillis: [number, picture],
	toMillis: [text, picture],
	substring: [text, number, number],
	string: [any, fc.boolean()],
	merge: [fc.array(object, { maxLength: 8 })],
	zip: [flat, flat, flat],
	lookup: [any, text],
};
const WITH_FUNCTIONS = new Set(["each", "filter", "map", "match", "reduce", "sift", "single"]);

const arbitraryCall = fc
	.constantFrom(...Object.keys(GROWTH).filter((name) => !Object.hasOwn(FUNCTIONS, name) && !WITH_FUNCTIONS.has(name)))
	.chain((name) =>
		fc.record({
			name: fc.constant(name),
			args: fc.tuple(...(ARGUMENTS[name] ?? [any])),
		}),
	);
