import { describe, expect, it } from "vitest";
import { gatherContext } from "../../../worker/context/gather-context.ts";
import { sources as shipped } from "../../../worker/context/sources.ts";
import { summarizeContext } from "../../../worker/context/summarize-context.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";

const incident = sampleIncident({ id: sampleId(1) });
const noTime = () => 0;

describe("gatherContext", () => {
	it("says of every source that it is not configured", async () => {
		const context = await gatherContext(
			[
				{ name: "job_logs", from: "github.job_logs", with: {}, timeout_s: 60 },
				{ name: "loki", from: "loki.query_range", with: {}, timeout_s: 5 },
			],
			incident,
			shipped,
			noTime,
		);
		expect(context).toEqual({
			job_logs: { from: "github.job_logs", status: "skipped", why: "not configured", took_ms: 0 },
			loki: { from: "loki.query_range", status: "skipped", why: "not configured", took_ms: 0 },
		});
	});

	it("lets a slow or throwing source cost its own part only", async () => {
		const sources = {
			...shipped,
			"github.commit": async () => ({ status: "ok", data: { message: "Fix" } }) as const,
			"github.job_logs": () => new Promise<never>(() => undefined),
			"loki.query_range": () => Promise.reject(new Error("refused")),
		};
		const context = await gatherContext(
			[
				{ name: "slow", from: "github.job_logs", with: {}, timeout_s: 0.05 },
				{ name: "bad", from: "loki.query_range", with: {}, timeout_s: 5 },
				{ name: "good", from: "github.commit", with: {}, timeout_s: 5 },
			],
			incident,
			sources,
			noTime,
		);
		expect(summarizeContext(context)).toEqual({
			slow: { from: "github.job_logs", status: "failed", why: "no answer within 0.05 s", took_ms: 0 },
			bad: { from: "loki.query_range", status: "failed", why: "refused", took_ms: 0 },
			good: { from: "github.commit", status: "ok", took_ms: 0 },
		});
	});

	it("skips what the plan skips, and says why", async () => {
		const rule = { rule: "commit", verdict: "false" } as const;
		const why = "its condition is false";
		const skipped = { name: "commit", from: "github.commit", with: {}, timeout_s: 5, skip: { why, rule } } as const;
		const never = () => Promise.reject(new Error("asked"));
		expect(await gatherContext([skipped], incident, { ...shipped, "github.commit": never }, noTime)).toEqual({
			commit: { from: "github.commit", status: "skipped", why: "its condition is false", took_ms: 0 },
		});
	});

	it("asks at most four at once", async () => {
		let open = 0;
		let most = 0;
		const ask = async () => {
			most = Math.max(most, ++open);
			await new Promise((resolve) => setTimeout(resolve, 5));
			open--;
			return { status: "empty" } as const;
		};
		const requests = Array.from({ length: 10 }, (_, n) => ({
			name: `part-${n}`,
			from: "github.commit" as const,
			with: {},
			timeout_s: 5,
		}));
		const context = await gatherContext(requests, incident, { ...shipped, "github.commit": ask }, noTime);
		expect(most).toBe(4);
		expect(Object.keys(context)).toHaveLength(10);
	});
});
