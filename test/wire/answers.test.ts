import { describe, expect, it } from "vitest";
import own from "../../package.json" with { type: "json" };
import { contextResponseSchema } from "../../wire/context.ts";
import { readMessage } from "../../wire/message.ts";
import { spawnResultSchema, unknownResult } from "../../wire/spawn.ts";
import { OWN_VERSION, pairOf, readVersion } from "../../wire/version.ts";

describe("spawnResultSchema", () => {
	it("drops the fields of a newer relay", () => {
		const answer = { result: "created", coderun_name: "healer-ci-rex-1", uid: "a newer field" };
		expect(readMessage(spawnResultSchema, JSON.stringify(answer))).toEqual({
			ok: true,
			value: { result: "created", coderun_name: "healer-ci-rex-1" },
		});
	});
});

describe("unknownResult", () => {
	it("names an unknown result and reason, and shows nothing else", () => {
		expect(unknownResult({ result: "queued", secret: "x" })).toBe('result "queued"');
		expect(unknownResult({ result: "refused", reason: "too_old", detail: "x" })).toBe('refused for "too_old"');
		expect(unknownResult({ result: "refused", reason: "wrong_name" })).toBeUndefined();
		expect(unknownResult({ result: "<script>" })).toBeUndefined();
		expect(unknownResult(null)).toBeUndefined();
	});
});

describe("contextResponseSchema", () => {
	it("drops new fields, and loses only the part that it cannot read", () => {
		const results = [
			{ name: "logs", from: "loki.query_range", took_ms: 5, status: "ok", data: [1], region: "a newer field" },
			{ name: "pods", from: "kubernetes.pods", took_ms: 5, status: "partial", data: [] },
			{ name: "rate", from: "prometheus.query", took_ms: 5, status: "failed" },
			"nonsense",
		];
		const answer = { results, took_ms: 9 };
		expect(readMessage(contextResponseSchema, JSON.stringify(answer))).toEqual({
			ok: true,
			value: {
				results: [
					{ name: "logs", from: "loki.query_range", took_ms: 5, status: "ok", data: [1] },
					{
						...{ name: "pods", from: "kubernetes.pods", took_ms: 0, status: "failed" },
						why: "the relay's answer was not understood: unknown status; is the relay newer than the worker?",
					},
					{
						...{ name: "rate", from: "prometheus.query", took_ms: 0, status: "failed" },
						why: "the relay's answer was not understood; is the relay newer than the worker?",
					},
					expect.objectContaining({ name: "", status: "failed" }),
				],
			},
		});
	});
});

describe("readVersion", () => {
	it("reads the other side's version, if any", () => {
		const of = (version: string, protocol: string) =>
			readVersion(new Headers({ "healer-version": version, "healer-protocol": protocol }));
		expect(of("0.3.0-rc.1", "2")).toEqual({ version: "0.3.0-rc.1", protocol: 2 });
		expect(of("0.3.0", "two")).toBeUndefined();
		expect(of("<b>", "2")).toBeUndefined();
		expect(readVersion(new Headers())).toBeUndefined();
	});
});

describe("OWN_VERSION", () => {
	it("is the package's", () => {
		expect(OWN_VERSION.version).toBe(own.version);
	});
});

describe("pairOf", () => {
	const at = (protocol: number) => ({ version: "0.1.0", protocol });
	it("accepts equal protocols, else names the older side", () => {
		expect(pairOf({ version: "0.2.0", protocol: 1 }, at(1))).toEqual({ good: true });
		expect(pairOf(at(1), at(2))).toEqual({ good: false, older: "worker" });
		expect(pairOf(at(2), at(1))).toEqual({ good: false, older: "relay" });
	});
});
