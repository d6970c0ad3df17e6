import { describe, expect, it } from "vitest";
import * as z from "zod";
import { duration } from "../../../pipeline/grammar/duration.ts";
import { keys, shapeOf, valueName } from "../../../pipeline/grammar/strict-keys.ts";

const schema = keys({
	name: z.string(),
	pause: duration("A pause.").prefault("2m"),
	limit: duration("A limit.").optional(),
	inner: keys({ ttl: duration("How long.") }),
});

describe("keys", () => {
	it("has durations in seconds, under names that end in _s, and applies defaults", () => {
		const value: { name: string; pause_s: number; limit_s?: number | undefined; inner: { ttl_s: number } } =
			schema.parse({
				name: "x",
				limit: "1d",
				inner: { ttl: "90s" },
			});
		expect(value).toEqual({ name: "x", pause_s: 120, limit_s: 86_400, inner: { ttl_s: 90 } });
		expect(schema.parse({ name: "x", inner: { ttl: "1h" } })).toEqual({
			name: "x",
			pause_s: 120,
			inner: { ttl_s: 3600 },
		});
	});

	it("refuses other keys, and durations without a unit", () => {
		const { error } = schema.safeParse({ name: "x", inner: { ttl: "90", ttl_s: 90 }, more: 1 });
		expect(error?.issues.map(({ code, path }) => [code, path])).toEqual([
			["invalid_format", ["inner", "ttl"]],
			["unrecognized_keys", ["inner"]],
			["unrecognized_keys", []],
		]);
	});
});

describe("shapeOf and valueName", () => {
	it("give the names in the value", () => {
		const names = (of: unknown) => Object.entries(shapeOf(of) ?? {}).map(([key, inner]) => valueName(key, inner));
		expect(names(schema)).toEqual(["name", "pause_s", "limit_s", "inner"]);
		expect(names(schema.prefault({ name: "x", inner: { ttl: "1s" } }).optional())).toEqual(names(schema));
		expect(shapeOf(z.record(z.string(), z.string()))).toBeUndefined();
	});
});
