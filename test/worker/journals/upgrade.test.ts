import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { findStuck } from "../../../worker/dispatch/find-stuck.ts";
import { pruneJournal } from "../../../worker/jobs/prune-journal.ts";
import { stopRemediation } from "../../../worker/remediation/actions.ts";
import { isAtSize } from "../../support/tiers/at-size.ts";
import { type Stub, stubEffects, timedOut } from "../support/stub-effects.ts";

// Worker tests have no file system: the build puts the files in. https://vite.dev/guide/features#glob-import
const JOURNALS = import.meta.glob<string>("./after-*.sql", { query: "?raw", import: "default", eager: true });
const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

const VERSIONS = Object.entries(JOURNALS).map(([path, rows]) => [path.slice("./after-".length, -".sql".length), rows]);
const NUMBERS = env.MIGRATIONS.map(({ name }) => name.slice(0, 4));

/** A journal as that version left it, brought to the present one as `wrangler d1 migrations apply` does. */
async function upgrade(version: string, rows: string): Promise<void> {
	await reset();
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS.slice(0, NUMBERS.indexOf(version) + 1));
	const statements = rows.split("\n").filter((line) => line.startsWith("INSERT "));
	await env.JOURNAL.batch(statements.map((statement) => env.JOURNAL.prepare(statement)));
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS);
}

async function statuses(): Promise<Record<string, string>> {
	const { results } = await env.JOURNAL.prepare("SELECT branch, status FROM incidents").all<Record<string, string>>();
	return Object.fromEntries(results.map(({ branch, status }) => [String(branch).slice("fix/".length), String(status)]));
}

async function count(table: string): Promise<number> {
	return (await env.JOURNAL.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? 0;
}

async function sweepFor(stub: Stub, hours: number, step_h: number): Promise<void> {
	for (const until = stub.clock + hours * HOUR_MS; stub.clock < until; stub.clock += step_h * HOUR_MS) {
		stub.begin();
		await findStuck(stub);
		await sweepDue(stub);
		await sweepOverdue(stub);
	}
}

// Each takes seconds: the oldest and the newest in the short run.
const TRIED = isAtSize ? VERSIONS : [VERSIONS[0], VERSIONS.at(-1)].flatMap((version) => (version ? [version] : []));

describe("a journal of an earlier version", () => {
	it.each(TRIED)(
		"of %s keeps every row, brings every state to its end, and is pruned in time",
		async (version, rows) => {
			await upgrade(String(version), String(rows));
			// Later versions know more states.
			const more = Number(version) >= 26 ? 2 : 0;
			// And two more without attempts; the grouped one has no delivery of its own.
			const grouped = Number(version) >= 33 ? 1 : 0;
			const reruns = Number(version) >= 34 ? 1 : 0;
			const autonomy = Number(version) >= 38 ? 2 : 0;
			const counts = [await count("incidents"), await count("deliveries"), await count("attempts")];
			const whole = 10 + more + reruns + autonomy;
			expect(counts).toEqual([whole + grouped, whole, 7 + more + autonomy]);
			const due = "SELECT status FROM incidents WHERE next_try_at IS NOT NULL ORDER BY id";
			expect((await env.JOURNAL.prepare(due).all()).results.map(({ status }) => status)).toEqual([
				"accepted",
				"waiting",
				"running",
				"awaiting_ci",
				...(more > 0 ? ["awaiting_merge"] : []),
				...(grouped > 0 ? ["grouped"] : []),
				...(reruns > 0 ? ["rerunning"] : []),
				...(autonomy > 0 ? ["awaiting_approval"] : []),
			]);

			const stub = stubEffects();
			stub.status = timedOut;
			await sweepFor(stub, 36, 3);
			expect(await statuses()).toEqual({
				accepted: "escalated",
				waiting: "escalated",
				running: "escalated",
				awaiting_ci: "escalated",
				fixed: "fixed",
				failed: "failed",
				escalated: "escalated",
				superseded: "superseded",
				cancelled: "cancelled",
				dead: "dead",
				...(more > 0 && { awaiting_merge: "awaiting_merge", unverified: "unverified" }),
				...(grouped > 0 && { grouped: "grouped" }),
				...(reruns > 0 && { rerunning: "escalated" }),
				// Nobody approved it in time.
				...(autonomy > 0 && { observed: "observed", awaiting_approval: "cancelled" }),
			});
			// The spawn of the first two, and of further attempts of what ran; none of what waited for CI.
			expect(stub.sent.some(({ id }) => id.startsWith("00000000000000000000000000000004"))).toBe(false);

			// A fix that nobody merges waits for a person.
			if (more > 0) expect(await stopRemediation(stub, "b".padStart(32, "0"), "octocat")).toMatchObject({ ok: true });
			stub.clock += 91 * DAY_MS;
			await pruneJournal(stub);
			if (grouped > 0) {
				stub.begin();
				await sweepOverdue(stub);
				expect(await statuses()).toEqual({ grouped: "superseded" });
				stub.clock += 91 * DAY_MS;
				await pruneJournal(stub);
			}
			for (const table of [
				"incidents",
				"deliveries",
				"attempts",
				"transitions",
				"facts",
				"rate_limit_slots",
				"recorded_deliveries",
				"ignored_deliveries",
				"reruns",
				"flakes",
				"dictionaries",
				...(autonomy > 0 ? ["observations"] : []),
			]) {
				expect([table, await count(table)]).toEqual([table, 0]);
			}
			// The audit trail is kept for longer than anything that it is about.
			expect(await count("audit")).toBe(Number(version) >= 16 ? 3 : 0);
			stub.clock += 310 * DAY_MS;
			await pruneJournal(stub);
			expect(await count("audit")).toBe(0);
		},
	);

	it("has what later columns need", async () => {
		await upgrade("0001", String(JOURNALS["./after-0001.sql"]));
		const { results } = await env.JOURNAL.prepare(
			`SELECT i.status, spawned_at, outcome_at, result, a.ended_at, pull_request FROM attempts a
			JOIN incidents i ON i.id = a.incident_id WHERE i.status IN ('running', 'awaiting_ci', 'failed') ORDER BY i.id`,
		).all();
		expect(results).toEqual([
			{
				status: "running",
				spawned_at: Date.parse("2026-11-01T12:03:10Z"),
				outcome_at: null,
				result: null,
				ended_at: null,
				pull_request: null,
			},
			{
				status: "awaiting_ci",
				spawned_at: Date.parse("2026-11-01T12:04:10Z"),
				outcome_at: Date.parse("2026-11-01T12:50:00Z"),
				result: null,
				ended_at: null,
				pull_request: 44,
			},
			{
				status: "failed",
				spawned_at: Date.parse("2026-11-01T12:06:10Z"),
				// Its CodeRun has no end time.
				outcome_at: Date.parse("2026-11-01T13:06:00Z"),
				result: "agent_failed",
				ended_at: Date.parse("2026-11-01T13:06:00Z"),
				pull_request: null,
			},
		]);
	});
});

describe("a journal from before the names changed", () => {
	it("keeps what it says under the new names", async () => {
		await upgrade("0014", String(JOURNALS["./after-0014.sql"]));
		const read = async (sql: string) => (await env.JOURNAL.prepare(sql).all()).results;
		expect(
			await read("SELECT event FROM transitions WHERE at BETWEEN 1793534520001 AND 1793534520005 ORDER BY at"),
		).toEqual(["paused", "agent_finished", "ci_passed", "retry_scheduled", "notified"].map((event) => ({ event })));
		expect(await read("SELECT id, blocked_by FROM incidents WHERE blocked_by IS NOT NULL")).toEqual([
			{ id: "2".padStart(32, "0"), blocked_by: "3".padStart(32, "0") },
		]);
		expect(await read("SELECT branch, conclusion FROM checks ORDER BY branch")).toEqual([
			{ branch: "fix/new", conclusion: "failure" },
			{ branch: "fix/old", conclusion: "success" },
		]);
		expect(await read("SELECT guid, state, requests, next_request_at FROM failed_deliveries ORDER BY guid")).toEqual([
			{ guid: "lost-arrived", state: "recovered", requests: 1, next_request_at: 1793534460000 },
			{ guid: "lost-given_up", state: "lost", requests: 1, next_request_at: 1793534460000 },
			{ guid: "lost-repeated", state: "repeated", requests: 1, next_request_at: 1793534460000 },
			{ guid: "lost-wanted", state: "pending", requests: 1, next_request_at: 1793534460000 },
		]);
		expect(await read("SELECT last_command, revision FROM status_comments WHERE pr_number = 8")).toEqual([
			{ last_command: '{"author":"octocat","name":"stop","command_result":"1 remediation stopped."}', revision: 2 },
		]);
		expect(await read("SELECT version FROM active_pipeline")).toEqual([{ version: "0123456789abcdef" }]);
	});

	it("keeps a pushed pipeline, in today's grammar, and leaves its texts alone", async () => {
		await upgrade("0014", String(JOURNALS["./after-0014.sql"]));
		const artefact = await env.JOURNAL.prepare("SELECT artefact FROM pipelines").first<string>("artefact");
		expect(JSON.parse(artefact ?? "")).toEqual({
			version: "0123456789abcdef",
			lifecycle: [
				{ name: "green", on: "workflow_run", reports: "success", about: { branch: "b" } },
				{ name: "red", on: "workflow_run", reports: "failure", about: {} },
				{ name: "merged", on: "pull_request", reports: "merged", about: {} },
			],
			prompts: { x: '"says":"green"' },
		});
	});
});

describe("findStuck", () => {
	it("makes active rows due that nothing is due for, says which, and leaves all others alone", async () => {
		await upgrade("0011", String(JOURNALS["./after-0011.sql"]));
		await env.JOURNAL.prepare("UPDATE incidents SET next_try_at = NULL").run();
		const stub = stubEffects();
		const lines: unknown[] = [];
		const log = { ...stub.log, warn: (message: string, fields?: object) => void lines.push({ message, ...fields }) };

		expect(await findStuck({ ...stub, log })).toBe(4);
		const message = "active incident had no due time, made due now";
		expect(lines).toEqual(
			[1, 2, 3, 4].map((n) => ({
				message,
				incident_id: n.toString(16).padStart(32, "0"),
				status: ["accepted", "waiting", "running", "awaiting_ci"][n - 1],
				attempt: 1,
			})),
		);
		expect(await findStuck({ ...stub, log })).toBe(0);
		const due = "SELECT status FROM incidents WHERE next_try_at IS NOT NULL ORDER BY id";
		expect((await env.JOURNAL.prepare(due).all()).results).toHaveLength(4);
	});

	it("leaves a row alone for ten minutes: a step may be about to set its time", async () => {
		await upgrade("0011", String(JOURNALS["./after-0011.sql"]));
		const stub = stubEffects();
		await env.JOURNAL.prepare("UPDATE incidents SET next_try_at = NULL, updated_at = ?1").bind(stub.clock).run();
		stub.clock += 600_000;
		expect(await findStuck(stub)).toBe(0);
		stub.clock += 1;
		expect(await findStuck(stub)).toBe(4);
	});

	it("hands an active row whose attempt is not in the journal to a person instead of finding it again and again", async () => {
		await upgrade("0011", String(JOURNALS["./after-0011.sql"]));
		await env.JOURNAL.prepare("DELETE FROM attempts").run();
		await env.JOURNAL.prepare(
			"UPDATE incidents SET next_try_at = NULL WHERE status IN ('running', 'awaiting_ci')",
		).run();
		const stub = stubEffects();
		await findStuck(stub);
		await sweepOverdue(stub);
		expect(await statuses()).toMatchObject({ running: "escalated", awaiting_ci: "escalated" });
	});
});
