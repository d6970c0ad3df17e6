import { describe, expect, it } from "vitest";
import { systemClock } from "../../../relay/clock.ts";
import { answerContext } from "../../../relay/context/answer-context.ts";
import { contextSources } from "../../../relay/context/context-sources.ts";
import type { ContextSources, Source } from "../../../relay/context/source.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";

const NONE = contextSources({
	settings: readContextSettings({}).settings,
	cluster: { ok: false, problem: "there is no cluster" },
	ownNamespace: () => "cto",
	fetch,
});

describe("answerContext", () => {
	it("queries all at once: none answers before all are queried", async () => {
		const froms = [
			...(["argocd.application", "argo.workflow", "loki.query_range"] as const),
			...(["prometheus.query", "grafana.alerts", "kubernetes.pods"] as const),
		];
		const all = Promise.withResolvers<void>();
		let asked = 0;
		const waiting: Source = async () => {
			if (++asked === froms.length) all.resolve();
			await all.promise;
			return { status: "ok", data: "together" };
		};
		const sources: ContextSources = { ...NONE, ...Object.fromEntries(froms.map((from) => [from, waiting])) };
		const { results } = await answered(
			froms.map((from) => ({ name: from, from, with: {}, timeout_ms: 5_000 })),
			sources,
		);
		expect(results.map((result) => (result.status === "ok" ? result.data : result.status))).toEqual(
			froms.map(() => "together"),
		);
	});

	it("waits no longer than each one's timeout, even if it ignores the signal", async () => {
		const deaf: Source = () => new Promise(() => {});
		const sources = { ...NONE, "loki.query_range": deaf };
		const { results } = await answered(
			[
				{ name: "a", from: "loki.query_range", with: {}, timeout_ms: 150 },
				{ name: "b", from: "prometheus.query", with: {}, timeout_ms: 5_000 },
			],
			sources,
		);
		expect(results).toEqual([
			{
				name: "a",
				from: "loki.query_range",
				took_ms: expect.any(Number),
				status: "failed",
				why: "no answer within 0.15 s",
			},
			{
				name: "b",
				from: "prometheus.query",
				took_ms: expect.any(Number),
				status: "skipped",
				why: "PROMETHEUS_URL is not set",
			},
		]);
	});

	it("aborts a source once nothing waits for it", async () => {
		const signals: AbortSignal[] = [];
		const listening: Source = (_, { signal }) => {
			signals.push(signal);
			return new Promise(() => {});
		};
		await answered([{ name: "a", from: "loki.query_range", with: {}, timeout_ms: 20 }], {
			...NONE,
			"loki.query_range": listening,
		});
		expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
	});

	it("confines a bug to its own part, and shows it only in the log", async () => {
		const bugs: unknown[] = [];
		const broken: Source = async () => {
			throw new Error("with a secret");
		};
		const wanted = [{ name: "a", from: "loki.query_range" as const, with: {}, timeout_ms: 1_000 }];
		const onBug = (bug: unknown) => bugs.push(bug);
		const { results } = await answerContext(wanted, {
			sources: { ...NONE, "loki.query_range": broken },
			clock: systemClock,
			onBug,
		});
		expect(results).toMatchObject([{ status: "failed", why: "internal error in the relay; see its log" }]);
		expect(bugs).toEqual([new Error("with a secret")]);
	});

	it("gives each part an equal share of the answer", async () => {
		const large: Source = async () => ({ status: "ok", data: { lines: ["x".repeat(1_100_000)] } });
		const sources = { ...NONE, "loki.query_range": large };
		const wanted = { name: "a", from: "loki.query_range" as const, with: {}, timeout_ms: 1_000 };
		expect((await answered([wanted], sources)).results).toMatchObject([{ status: "ok" }]);
		expect((await answered([wanted, { ...wanted, name: "b" }], sources)).results).toMatchObject([
			{ status: "failed", why: "the result is larger than its share of 1023 KiB: narrow the query" },
			{ status: "failed" },
		]);
	});
});

function answered(wanted: Parameters<typeof answerContext>[0], sources: ContextSources) {
	const onBug = (bug: unknown) => {
		throw bug;
	};
	return answerContext(wanted, { sources, clock: systemClock, onBug });
}
