import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { metrics } from "../../../worker/api/metrics/metrics.ts";
import { createGitHubMemory, isolateMemory, noteRateLimit } from "../../../worker/github/isolate-memory.ts";
import { pruneJournal } from "../../../worker/jobs/prune-journal.ts";
import { countSteps } from "../../../worker/journal/count-steps.ts";
import { measureJournal } from "../../../worker/journal/measure.ts";
import { pendingCounts } from "../../../worker/runtime/pending-counts.ts";
import { now } from "../support/clock.ts";
import { failedJob, failedRun } from "../support/failed-job.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { stubEffects } from "../support/stub-effects.ts";
import { stubRelay } from "../support/stub-relay.ts";
import { fireCron, get, passTime, post, send } from "../support/worker.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let tests = 0;
// What the test before measured is kept in the runtime for a few seconds.
beforeEach(() => passTime(++tests * HOUR_MS));

/** Sample by name and labels, as they are served. */
async function scrape(changes: Parameters<typeof send>[1] = {}): Promise<Record<string, number>> {
	// Of the last scrape nothing is kept.
	await passTime(6_000);
	const { text } = (await send(get("/metrics"), changes)).body;
	const samples = String(text)
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
	return Object.fromEntries(
		samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
	);
}

const insert = (sql: string) => env.JOURNAL.prepare(sql).run();

/** Incidents of an earlier time, all alike. */
function manyIncidents(count: number, status: string, ended_at: string): Promise<unknown> {
	return insert(
		`INSERT INTO incidents (id, status, kind, event, repository, identity, incident, explanation, pipeline, created_at, updated_at,
			next_try_at, ended_at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
		SELECT '${status}-' || i, '${status}', 'ci', 'workflow_run', 'a/b', i, '{}', '{}', 'p', i, i,
			iif(${ended_at} IS NULL, 4e15, NULL), ${ended_at} FROM n`,
	);
}

function step(incident: string, event: string, from: string, to: string | null, at: number): Promise<unknown> {
	const status = to === null ? "NULL" : `'${to}'`;
	return insert(
		`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status)
		VALUES ('${incident}', ${at}, 1, '${event}', '${from}', ${status})`,
	);
}

describe("GET /metrics", () => {
	it("serves every metric that is defined, as OpenMetrics", async () => {
		const { status, headers, body } = await send(get("/metrics"));
		expect(status).toBe(200);
		expect(headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
		const lines = String(body.text).split("\n");
		expect(lines.slice(-2)).toEqual(["# EOF", ""]);
		const described = lines.filter((line) => line.startsWith("# TYPE"));
		expect(described).toEqual(metrics.map(({ name, type }) => `# TYPE ${name} ${type}`));
	});

	it("counts deliveries by outcome, from every way in", async () => {
		stubRelay();
		const before = await scrape();
		await send(signedDelivery(failedJob({ run_id: 100 })));
		await send(signedDelivery(failedJob({ run_id: 100, job_id: 2 })));
		const { workflow_run, ...rest } = failedRun({ run_id: 100 });
		const skipped = { ...(workflow_run as object), head_commit: { message: "x [skip-healer]" } };
		const recorded = await send(post("/api/remediate/ci-failure", { ...rest, workflow_run: skipped }));
		expect(recorded.body).toMatchObject({ status: "skipped", dedup_status: "skipped" });
		await send(signedDelivery({ zen: "x", repository: { full_name: "5dlabs/cto" } }, { event: "star" }));
		await send(signedDelivery(failedJob(), { secret: "wrong" }));
		await send(post("/api/events/play_failed", "not JSON"));
		await send(signedDelivery(failedJob(), { event: null }));
		const after = await scrape();
		const added = Object.fromEntries(
			["accepted", "recorded", "duplicate", "ignored", "refused", "failed"].map((outcome) => {
				const name = `healer_deliveries_total{outcome="${outcome}"}`;
				return [outcome, Number(after[name]) - Number(before[name])];
			}),
		);
		expect(added).toEqual({ accepted: 1, recorded: 1, duplicate: 1, ignored: 1, refused: 2, failed: 0 });
	});

	it("says how long a decision and a CodeRun took, and what the incident is in now", async () => {
		stubRelay();
		await send(signedDelivery(failedJob({ run_id: 100 })));
		await passTime(40_000);
		expect(await scrape()).toMatchObject({
			'healer_incidents{status="accepted"}': 1,
			'healer_incidents{status="running"}': 0,
			healer_queue_oldest_due_seconds: expect.closeTo(41, -1),
		});
		await fireCron();
		await fireCron();
		const after = await scrape();
		expect(after).toMatchObject({
			'healer_incidents{status="accepted"}': 0,
			'healer_incidents{status="running"}': 1,
			'healer_incident_events_total{event="spawned"}': 1,
			'healer_incident_decision_seconds_bucket{le="30.0"}': 0,
			'healer_incident_decision_seconds_bucket{le="60.0"}': 1,
			healer_incident_decision_seconds_count: 1,
			healer_incident_decision_seconds_sum: expect.closeTo(47, -1),
			'healer_incident_coderun_seconds_bucket{le="+Inf"}': 1,
			healer_incident_coderun_seconds_count: 1,
			healer_incident_fix_seconds_count: 0,
			healer_queue_oldest_due_seconds: 0,
			healer_paused: 0,
			healer_journal_up: 1,
			'healer_build_info{version="0.1.0"}': 1,
		});
		expect(after.healer_journal_size_bytes).toBeGreaterThan(100_000);
	});

	it("shows what GitHub said of the rate limit, of the identity with the least left, until it is over", async () => {
		const reset = Math.floor(now() / 1000) + 600;
		const said = (remaining: number, limit: number, more = {}) => ({
			...{ "x-ratelimit-remaining": String(remaining), "x-ratelimit-limit": String(limit) },
			...{ "x-ratelimit-reset": String(reset), ...more },
		});
		noteRateLimit(isolateMemory, "app", said(4_900, 5_000));
		noteRateLimit(isolateMemory, "7", said(50, 12_500));
		noteRateLimit(isolateMemory, "8", said(1, 30, { "x-ratelimit-resource": "search" }));
		noteRateLimit(isolateMemory, "9", {});
		expect(await scrape()).toMatchObject({ healer_github_rate_limit: 12_500, healer_github_rate_limit_remaining: 50 });
		// An answer that was overtaken.
		noteRateLimit(isolateMemory, "7", said(60, 12_500));
		expect((await scrape()).healer_github_rate_limit_remaining).toBe(50);
		await passTime(600_000);
		expect((await scrape()).healer_github_rate_limit_remaining).toBeUndefined();
		expect(createGitHubMemory().unwrittenLimits.size).toBe(0);
	});

	it("answers while the journal does not, and says so", async () => {
		const away = {
			prepare: () => {
				throw new Error("D1_ERROR: D1 DB is overloaded");
			},
			batch: async () => [],
		};
		const samples = await scrape({ JOURNAL: away as unknown as D1Database });
		expect(samples).toMatchObject({ healer_journal_up: 0, 'healer_build_info{version="0.1.0"}': 1 });
		expect(samples.healer_journal_size_bytes).toBeUndefined();
		// What was counted meanwhile is written to the journal once it is back.
		expect((await scrape()).healer_errors_total).toBeGreaterThan(0);
	});

	it("counts errors in the log, and what it could not write is written later", async () => {
		const before = Number((await scrape()).healer_errors_total);
		pendingCounts.add("healer_errors", "", 3);
		expect((await scrape()).healer_errors_total).toBe(before + 3);
	});
});

describe("countSteps", () => {
	it("counts each row once, however often and by however many it is called", async () => {
		await manyIncidents(1, "fixed", "i");
		await step("fixed-1", "spawned", "accepted", "running", 5_001);
		await step("fixed-1", "spawned", "waiting", "running", 90_001);
		await step("fixed-1", "ci_passed", "awaiting_ci", "fixed", 400_001);
		await step("fixed-1", "stopped", "fixed", null, 500_001);
		await Promise.all([countSteps(env.JOURNAL), countSteps(env.JOURNAL), countSteps(env.JOURNAL)]);
		await countSteps(env.JOURNAL);
		expect(await scrape()).toMatchObject({
			'healer_incident_events_total{event="spawned"}': 2,
			'healer_incident_events_total{event="ci_passed"}': 1,
			'healer_incident_events_total{event="stopped"}': 0,
			'healer_incident_coderun_seconds_bucket{le="2.0"}': 0,
			'healer_incident_coderun_seconds_bucket{le="5.0"}': 1,
			healer_incident_coderun_seconds_count: 1,
			healer_incident_coderun_seconds_sum: 5,
			'healer_incident_fix_seconds_bucket{le="300.0"}': 0,
			'healer_incident_fix_seconds_bucket{le="600.0"}': 1,
			healer_incident_fix_seconds_sum: 400,
		});
	});

	it("never falls, and goes on, when the retention deletes what was counted", async () => {
		const stub = stubEffects();
		await manyIncidents(1, "fixed", "i");
		await step("fixed-1", "ci_passed", "awaiting_ci", "fixed", 400_001);
		await countSteps(env.JOURNAL);
		stub.clock = 400 * DAY_MS;
		await pruneJournal(stub);
		expect(await env.JOURNAL.prepare("SELECT count(*) FROM transitions").first("count(*)")).toBe(0);
		await countSteps(env.JOURNAL);
		await manyIncidents(1, "failed", "i");
		await step("failed-1", "ci_passed", "awaiting_ci", "fixed", 60_001);
		await countSteps(env.JOURNAL);
		expect(await scrape()).toMatchObject({
			'healer_incident_events_total{event="ci_passed"}': 2,
			healer_incident_fix_seconds_count: 2,
			healer_incident_fix_seconds_sum: 460,
		});
	});
});

describe("measureJournal", () => {
	it("reads open incidents alone, whatever else the journal holds", async () => {
		await manyIncidents(5, "waiting", "NULL");
		const few = await measureJournal(env.JOURNAL, now());
		await manyIncidents(3_000, "fixed", "i");
		await manyIncidents(1_000, "dead", "i");
		const many = await measureJournal(env.JOURNAL, now());
		expect(many.open.find(({ status }) => status === "waiting")?.count).toBe(5);
		expect(many.rows_read).toBe(few.rows_read);
		expect(many.rows_read).toBeLessThan(60);
	});

	it("costs a sweep as many rows as there are new ones", async () => {
		await manyIncidents(2_000, "fixed", "i");
		await insert(`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status)
			SELECT id, 5000, 1, 'spawned', 'accepted', 'running' FROM incidents`);
		await countSteps(env.JOURNAL);
		await step("fixed-1", "ci_passed", "awaiting_ci", "fixed", 400_001);
		const batch = vi.spyOn(env.JOURNAL, "batch");
		await countSteps(env.JOURNAL);
		const results = (await batch.mock.results[0]?.value) as D1Result[];
		expect(results.reduce((sum, { meta }) => sum + meta.rows_read, 0)).toBeLessThan(100);
		batch.mockRestore();
	});
});
