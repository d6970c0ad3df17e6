import { describe, expect, it } from "vitest";
import type { PlannedRequest } from "../../../pipeline/index.ts";
import { summarizeContext } from "../../../worker/context/context-summary.ts";
import { gatherContext, longestGathering } from "../../../worker/context/gather-context.ts";
import { everyEdgeSource, type Sources } from "../../../worker/context/source.ts";

const noTime = () => 0;
const asked = () => Promise.reject(new Error("asked"));

/** Sources that nobody may ask, but for the given ones. */
function sourcesWith(edge: Partial<Sources["edge"]>, cluster: Sources["cluster"] = asked): Sources {
	return { edge: { ...everyEdgeSource(asked), ...edge }, cluster };
}

function planned(name: string, from: PlannedRequest["from"], timeout_s = 5): PlannedRequest {
	return { name, from, with: {}, timeout_s };
}

describe("gatherContext", () => {
	it("lets a slow or throwing source cost its own part only", async () => {
		const sources = sourcesWith({
			"github.commit": async () => ({ status: "ok", data: { message: "Fix" } }),
			"github.job_logs": () => new Promise<never>(() => undefined),
			"github.run": () => Promise.reject(new Error("refused")),
		});
		const { context } = await gatherContext(
			[planned("slow", "github.job_logs", 0.05), planned("bad", "github.run"), planned("good", "github.commit")],
			sources,
			noTime,
		);
		expect(summarizeContext(context)).toEqual({
			slow: { from: "github.job_logs", status: "failed", why: "no answer within 0.05 s", took_ms: 0 },
			bad: { from: "github.run", status: "failed", why: "refused", took_ms: 0 },
			good: { from: "github.commit", status: "ok", took_ms: 0 },
		});
	});

	it("skips what the plan skips, and says why", async () => {
		const rule = { rule: "commit", verdict: "false" } as const;
		const skipped = { ...planned("commit", "github.commit"), skip: { why: "its condition is false", rule } };
		const { context } = await gatherContext([skipped], sourcesWith({}), noTime);
		expect(context).toEqual({
			commit: { from: "github.commit", status: "skipped", why: "its condition is false", took_ms: 0 },
		});
	});

	it("asks at most four at once, the whole cluster being one of them", async () => {
		let open = 0;
		let most = 0;
		const wait = async () => {
			most = Math.max(most, ++open);
			await new Promise((resolve) => setTimeout(resolve, 5));
			open--;
		};
		const sources = sourcesWith(
			{
				"github.commit": async () => {
					await wait();
					return { status: "empty" };
				},
			},
			async (requests) => {
				await wait();
				return requests.map(() => ({ status: "empty", took_ms: 1 }));
			},
		);
		const requests = Array.from({ length: 10 }, (_, n) => planned(`part-${n}`, "github.commit"));
		const cluster = ["loki.query_range", "prometheus.query", "kubernetes.pods"] as const;
		const all = [...requests, ...cluster.map((from) => planned(from, from))];
		const { context } = await gatherContext(all, sources, noTime);
		expect(most).toBe(4);
		expect(Object.keys(context)).toEqual(all.map(({ name }) => name));
	});

	it("gives each in-cluster part its own result and time, from one request", async () => {
		const questions: string[][] = [];
		const sources = sourcesWith({}, async (requests) => {
			questions.push(requests.map(({ name }) => name));
			return [
				{ status: "ok", data: { lines: ["error: no space left"] }, took_ms: 12 },
				{ status: "failed", why: "HTTP 500", took_ms: 7 },
			];
		});
		const { context } = await gatherContext(
			[planned("loki", "loki.query_range"), planned("rate", "prometheus.query"), planned("pods", "kubernetes.pods")],
			sources,
			noTime,
		);
		expect(questions).toEqual([["loki", "rate", "pods"]]);
		expect(context).toEqual({
			loki: { from: "loki.query_range", status: "ok", data: { lines: ["error: no space left"] }, took_ms: 12 },
			rate: { from: "prometheus.query", status: "failed", why: "HTTP 500", took_ms: 7 },
			pods: { from: "kubernetes.pods", status: "failed", why: "missing in the relay's answer", took_ms: 0 },
		});
	});

	it("keeps no part that is too large", async () => {
		const sources = sourcesWith({ "github.commit": async () => ({ status: "ok", data: "x".repeat(600_000) }) });
		const { context } = await gatherContext([planned("commit", "github.commit")], sources, noTime);
		expect(context).toEqual({
			commit: {
				from: "github.commit",
				status: "failed",
				why: "its answer is larger than 524288 characters",
				took_ms: 0,
			},
		});
	});

	it("names the latest time that a source asks to wait for, beside all the rest", async () => {
		const limited = (untilMs: number) => async () =>
			({ status: "deferred", untilMs, why: `GitHub's rate limit, until ${untilMs}` }) as const;
		const sources = sourcesWith({
			"github.run": limited(3000),
			"github.job_logs": limited(5000),
			"github.commit": async () => ({ status: "ok", data: { message: "Fix" } }),
		});
		const gathering = await gatherContext(
			[planned("run", "github.run"), planned("logs", "github.job_logs"), planned("commit", "github.commit")],
			sources,
			noTime,
		);
		expect(gathering.deferred).toEqual({ untilMs: 5000, why: "GitHub's rate limit, until 5000" });
		expect(gathering.context.run).toEqual({
			from: "github.run",
			status: "failed",
			why: "GitHub's rate limit, until 3000",
			took_ms: 0,
		});
		expect(gathering.context.commit?.status).toBe("ok");
	});
});

describe("longestGathering", () => {
	it("is less than one after another, and never less than what four at once can take", () => {
		expect(longestGathering([])).toBe(0);
		expect(longestGathering([planned("logs", "github.job_logs", 60)])).toBe(75_000);
		const pods = planned("pods", "kubernetes.pods", 8);
		expect(longestGathering([pods, planned("loki", "loki.query_range", 4)])).toBe(12_500);
		const skip = { why: "no", rule: { rule: "r", verdict: "false" } } as const;
		expect(longestGathering([{ ...pods, skip }])).toBe(0);
	});
});
