import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { runSteps, STEPS } from "../../../worker/jobs/sweep.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { commentGitHub } from "../../worker/support/comment-github.ts";
import { sampleId, sampleIncident } from "../../worker/support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, timedOut } from "../../worker/support/stub-effects.ts";

const MINUTE_MS = 60_000;
const RUNNING = sampleId(1);
const ESCALATED = sampleId(2);
const OLD = sampleId(3);
const DAY_MS = 24 * 3600_000;

describe("the sweep with 2,000 due incidents after a pause", () => {
	it("runs every other step within two minutes, in the limits of each invocation", async () => {
		const stub = Object.assign(stubEffects(), { github: gitHub(), status: timedOut });
		let handedOut = 0;
		stub.publishPipeline = async () => void handedOut++;
		await inEveryStep(stub);
		await checkPause(stub, 2000);

		const spent: number[] = [];
		for (let minute = 0; minute < 2; minute++) {
			stub.begin();
			await runSteps(STEPS, stub);
			spent.push(stub.spent().statements);
			stub.clock += MINUTE_MS;
		}

		expect(Math.max(...spent)).toBeLessThanOrEqual(1000);
		// What each step had to do is done.
		expect(await first(`SELECT count(*) FROM incidents WHERE paused = 1 AND next_try_at > ${stub.clock}`)).toBe(0);
		expect(await findIncident(env.JOURNAL, RUNNING)).toMatchObject({ status: "waiting", attempt: 2 });
		expect(await findIncident(env.JOURNAL, ESCALATED)).toMatchObject({ next_try_at: null });
		expect((await findIncident(env.JOURNAL, ESCALATED))?.escalation_url).toMatch(/comments\/9/);
		expect(await first("SELECT answer FROM commands")).toBe("+1");
		expect(await first("SELECT comment_id FROM status_comments")).not.toBeNull();
		expect(await first("SELECT scanned_at FROM delivery_scan")).toBeGreaterThan(0);
		expect(await findIncident(env.JOURNAL, OLD)).toBeUndefined();
		expect(handedOut).toBe(2);
		// And of the due incidents as many as there is room for, while the queue is handed more.
		expect(stub.sent.length).toBeGreaterThan(8);
		expect(stub.woken.length).toBeGreaterThanOrEqual(2000);
	});

	it("gets through all of them, each once", async () => {
		const stub = stubEffects();
		await checkPause(stub, 60);
		for (let minute = 0; minute < 20 && stub.sent.length < 60; minute++) {
			stub.begin();
			await runSteps(STEPS, stub);
			stub.clock += MINUTE_MS;
		}
		expect(stub.sent).toHaveLength(60);
		expect(new Set(stub.sent.map(({ id }) => id)).size).toBe(60);
	});
});

/** Something to do for every step but the due incidents. */
async function inEveryStep(stub: Stub): Promise<void> {
	const journal = env.JOURNAL;
	for (const id of [RUNNING, ESCALATED, OLD]) {
		await journalIncident(stub, sampleIncident({ id, branch: `b-${id}`, pr_number: 7 }));
	}
	await sweepDue(stub);
	stub.sent.length = 0;
	stub.woken.length = 0;
	const old = stub.clock - 100 * DAY_MS;
	stub.clock += 3 * 3600_000;
	await journal.batch([
		journal
			.prepare(
				`UPDATE incidents SET status = 'escalated', reason = 'all is tried', next_try_at = ?2, ended_at = ?2 WHERE id = ?1`,
			)
			.bind(ESCALATED, stub.clock),
		journal
			.prepare(
				"UPDATE incidents SET status = 'failed', next_try_at = NULL, created_at = ?2, ended_at = ?2 WHERE id = ?1",
			)
			.bind(OLD, old),
		journal.prepare("UPDATE deliveries SET received_at = ?2 WHERE incident_id = ?1").bind(OLD, old),
		journal
			.prepare("INSERT INTO commands (id, command, received_at) VALUES ('c', ?1, ?2)")
			.bind(
				JSON.stringify({ name: "status", repository: "5dlabs/cto", pr_number: 7, comment_id: 1, author: "octocat" }),
				stub.clock,
			),
	]);
}

/** So many incidents that a pause held back, all of them due once it is over. */
async function checkPause(stub: Stub, count: number): Promise<void> {
	await journalIncident(stub, sampleIncident({ id: sampleId(9), branch: "b-0" }));
	await env.JOURNAL.prepare(
		`WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
		INSERT INTO incidents (id, status, reason, kind, event, repository, branch, identity, incident, explanation, pipeline,
			next_try_at, blocked_on, paused, created_at, updated_at)
		SELECT printf('%032x', n + 4096), 'waiting', 'paused', kind, event, repository, 'b-' || n, identity,
			json_set(incident, '$.id', printf('%032x', n + 4096), '$.branch', 'b-' || n), explanation, pipeline,
			?2 + 600000, 'claim:5dlabs/cto/b-' || n, 1, ?2 + n, ?2
		FROM n, incidents WHERE incidents.id = ?3`,
	)
		.bind(count, stub.clock, sampleId(9))
		.run();
	await env.JOURNAL.prepare("DELETE FROM incidents WHERE id = ?1").bind(sampleId(9)).run();
}

async function first(sql: string): Promise<unknown> {
	const [row] = await env.JOURNAL.prepare(sql).raw();
	return row?.[0];
}

/** GitHub with comments and labels, without runs, and without deliveries that were lost. */
function gitHub() {
	const hub = commentGitHub();
	const { asApp, asInstallation } = hub;
	const empty = { ok: true, value: [] as never, status: 200, headers: {} } as const;
	hub.asApp = async (route, ...rest) => (route === "GET /app/hook/deliveries" ? empty : await asApp(route, ...rest));
	hub.asInstallation = async (of, route, ...rest) => {
		if (route.includes("/actions/")) return { ok: false, failure: { reason: "not_found", detail: "no runs here" } };
		return route.endsWith("/labels") ? empty : await asInstallation(of, route, ...rest);
	};
	return hub;
}
