import { describe, expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { pruneJournal } from "../../../worker/jobs/prune-journal.ts";
import { listFlakes } from "../../../worker/journal/flakes.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { rerunsOf } from "../../../worker/journal/reruns.ts";
import { stopRemediation } from "../../../worker/remediation/actions.ts";
import { reassignRemediation } from "../../../worker/remediation/reassign.ts";
import { timelineOf } from "../support/remediation-life.ts";
import { endRerun, pass, type RerunHub, reportRun, rerunHub } from "../support/rerun-hub.ts";
import { agentSucceeds } from "../support/shipped-hub.ts";
import { get, send } from "../support/worker.ts";

const RUN = 4711;
const DNS = [
	"##[group]Run npm ci",
	"npm ci",
	"##[endgroup]",
	"npm ERR! code ENOTFOUND",
	"npm ERR! network request to https://registry.npmjs.org/left-pad failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org",
	"##[error]Process completed with exit code 1.",
].join("\n");
const GO_TEST = [
	"##[group]Run go test ./...",
	"go test ./...",
	"##[endgroup]",
	"--- FAIL: TestTotal (0.00s)",
	"    total_test.go:12: total = 2, want 3",
	"FAIL",
	"FAIL\tshop/cart\t0.004s",
	"##[error]Process completed with exit code 1.",
].join("\n");
const CLIPPY = [
	"##[group]Run cargo clippy",
	"cargo clippy --all-targets -- -D warnings",
	"##[endgroup]",
	"error: this `if` statement can be collapsed",
	"  --> src/parse.rs:10:5",
	"error: could not compile `parser` (lib) due to 1 previous error",
	"##[error]Process completed with exit code 101.",
].join("\n");

const SETTLED_MS = 10_000;

/** A run failed, and was reported; what is due was done. */
async function failed(log: string, hub?: RerunHub, id = RUN): Promise<{ readonly hub: RerunHub; readonly id: string }> {
	const own = hub ?? (await rerunHub());
	own.actions.putRun(id, { log });
	const accepted = await reportRun(own, id);
	if (accepted.status !== "accepted") throw new Error(accepted.status);
	await pass(own, SETTLED_MS);
	return { hub: own, id: accepted.incident_id };
}

async function stateOf({ journal }: RerunHub, id: string) {
	const row = await findIncident(journal, id);
	return { status: row?.status, fixed_by: row?.fixed_by, agent: row?.agent };
}

/** What the stage `rerun` said in the latest decision. */
async function stageOf(hub: RerunHub, id: string): Promise<string | undefined> {
	const decided = hub.decided.findLast(({ incident }) => incident.id === id);
	if (decided === undefined) return undefined;
	const decision = await hub.activeEngine.decide(decided);
	return decision.explanation.find(({ stage }) => stage === "rerun")?.outcome;
}

function promptOf({ sent }: RerunHub): string {
	return JSON.parse(sent.at(-1)?.body ?? "{}").coderun.spec.promptModification;
}

describe("a failure of the network", () => {
	it("is run again before an agent is woken, and fixed by that when it passes", async () => {
		const { hub, id } = await failed(DNS);
		expect(await stateOf(hub, id)).toEqual({ status: "rerunning", fixed_by: null, agent: null });
		expect(hub.actions.begun).toEqual([RUN]);

		await endRerun(hub, RUN, "success");
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toEqual({ status: "fixed", fixed_by: "rerun", agent: null });
		expect(hub.sent).toEqual([]);
		expect(await timelineOf(hub, id)).toMatchObject([
			{ event: "rerun_planned", from_status: "accepted", to_status: "rerunning" },
			{ event: "ci_passed", from_status: "rerunning", to_status: "fixed" },
		]);
		expect(await rerunsOf(hub.journal, id)).toMatchObject([{ run_attempt: 1, rule: "rule 1", result: "passed" }]);
		const { body } = await send(get("/api/insights?since=2026-11-01T00:00:00Z"));
		expect(body.total).toMatchObject({
			incidents: 1,
			attempts: 0,
			remediations: 0,
			fixed: 0,
			fix_rate: null,
			flaky: 1,
		});
		expect((await send(get(`/api/incidents/${id}`))).body).toMatchObject({
			...{ status: "fixed", fixed_by: "rerun", verdict: null },
			reruns: [{ run_attempt: 1, result: "passed", requested_at: "2026-11-22T12:00:10.000Z" }],
		});
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toMatchObject([
			{
				...{ repository: "5dlabs/cto", workflow: "CI", job: "check", failure_type: "network" },
				...{ text: "network: registry.npmjs.org", seen: 1, failed_again: 0, incident_id: id },
				authors: JSON.stringify([{ login: "octocat", times: 1 }]),
			},
		]);
	});

	it("is an agent's when it fails again, who reads that it failed twice", async () => {
		const { hub, id } = await failed(DNS);
		await endRerun(hub, RUN, "failure");
		await pass(hub, SETTLED_MS);
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		expect(hub.sent).toHaveLength(1);
		expect(hub.actions.asked).toBe(1);
		expect(promptOf(hub)).toContain(
			"It failed twice on this commit: the failed jobs of attempt 1 were run again, and failed again for the same cause. It is no flake.",
		);
		expect(await stageOf(hub, id)).toBe("not rerun: attempt 2 of its run failed; `attempts` is 1");
		expect(await rerunsOf(hub.journal, id)).toMatchObject([
			{ result: "failed", why: "attempt 2 of its run failed again" },
		]);
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toEqual([]);
	});

	it("is an agent's when the rerun fails for another cause, and the prompt says that", async () => {
		const { hub, id } = await failed(DNS);
		Object.assign(hub.actions.runs.get(RUN) ?? {}, { log: CLIPPY });
		await endRerun(hub, RUN, "failure");
		await pass(hub, SETTLED_MS);
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "rex" });
		expect(promptOf(hub)).toContain("failed again for another cause. The evidence is of the newer one.");
	});
});

describe("a rerun", () => {
	it("is asked for once, however often the failure is delivered, and whoever processes it at once", async () => {
		const hub = await rerunHub();
		hub.actions.putRun(RUN, { log: DNS });
		for (let times = 0; times < 5; times++) await reportRun(hub, RUN, "r-same");
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		hub.clock += SETTLED_MS;
		hub.begin();
		await Promise.all(Array.from({ length: 4 }, () => processIncident(hub, incident_id)));
		await reportRun(hub, RUN);
		for (let minute = 0; minute < 5; minute++) await pass(hub, 60_000);
		expect(hub.actions.asked).toBe(1);
	});

	it("is not asked for again after a crash between the request and its record", async () => {
		const hub = await rerunHub();
		hub.actions.afterRerun = () => {
			throw new Error("killed");
		};
		const { id } = await failed(DNS, hub);
		expect(await stateOf(hub, id)).toMatchObject({ status: "rerunning" });
		expect(await rerunsOf(hub.journal, id)).toMatchObject([{ requested_at: null, result: null }]);
		hub.actions.afterRerun = () => undefined;
		for (let minute = 0; minute < 5; minute++) await pass(hub, 60_000);
		expect(await rerunsOf(hub.journal, id)).toMatchObject([{ requested_at: expect.any(Number), result: null }]);
		expect(hub.actions.asked).toBe(1);
		await endRerun(hub, RUN, "success");
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
	});

	it("is not asked for again after such a crash if it has failed again meanwhile, and nobody reported that", async () => {
		const hub = await rerunHub();
		hub.actions.afterRerun = () => {
			throw new Error("killed");
		};
		const { id } = await failed(DNS, hub);
		hub.actions.afterRerun = () => undefined;
		Object.assign(hub.actions.runs.get(RUN) ?? {}, { status: "completed", conclusion: "failure" });
		await pass(hub, 61_000);
		await pass(hub, 61 * 60_000);
		await pass(hub, SETTLED_MS);
		expect(hub.actions.asked).toBe(1);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		expect(promptOf(hub)).toContain("It failed twice on this commit");
	});

	it("takes no more calls to the journal from an incident's lock to its request than a CodeRun, and five more", async () => {
		const hub = await rerunHub();
		hub.actions.putRun(RUN, { log: DNS });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		hub.clock += SETTLED_MS;
		hub.begin();
		await processIncident(hub, incident_id);
		expect(hub.actions.begun).toEqual([RUN]);
		expect(hub.spent().subrequests).toBeLessThanOrEqual(12);
	});

	it("is asked for by one consumer at a time, also while its answer is on the way", async () => {
		const hub = await rerunHub();
		const { github } = hub.actions;
		let release: () => void = () => undefined;
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		const slow = async (...args: Parameters<typeof github.asInstallation>) => {
			if (args[1].startsWith("POST")) await held;
			return await github.asInstallation(...args);
		};
		Object.assign(hub, { github: { ...github, asInstallation: slow } });
		hub.actions.putRun(RUN, { log: DNS });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		hub.clock += SETTLED_MS;
		const first = processIncident(hub, incident_id);
		while ((await rerunsOf(hub.journal, incident_id))[0]?.tries !== 1) await new Promise((done) => setTimeout(done));
		hub.clock += 30_000;
		await processIncident(hub, incident_id);
		release();
		await first;
		expect(hub.actions.asked).toBe(1);
	});

	it("waits until the run that failed is over", async () => {
		const hub = await rerunHub();
		const run = hub.actions.putRun(RUN, { log: DNS });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		Object.assign(run, { status: "in_progress", conclusion: null });
		await pass(hub, SETTLED_MS);
		expect(hub.actions.asked).toBe(0);
		Object.assign(run, { status: "completed", conclusion: "failure" });
		await pass(hub, 60_000);
		expect(hub.actions.begun).toEqual([RUN]);
		expect(await stateOf(hub, incident_id)).toMatchObject({ status: "rerunning" });
	});

	it("is not asked for where somebody has run the jobs again already", async () => {
		const hub = await rerunHub();
		const run = hub.actions.putRun(RUN, { log: DNS });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		run.status = "in_progress";
		await pass(hub, SETTLED_MS);
		Object.assign(run, { attempt: 2, status: "completed", conclusion: "success" });
		await reportRun(hub, RUN);
		await pass(hub, 60_000);
		expect(hub.actions.asked).toBe(0);
		expect(await stateOf(hub, incident_id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
	});

	it("wakes the agent at its deadline if it still runs, and counts as a flake if it passes later", async () => {
		const { hub, id } = await failed(DNS);
		await pass(hub, 59 * 60_000);
		expect(await stateOf(hub, id)).toMatchObject({ status: "rerunning" });
		await pass(hub, 2 * 60_000);
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		expect(await stageOf(hub, id)).toBe("not rerun: its rerun has no result 60 min after it was asked for");
		await endRerun(hub, RUN, "success");
		await agentSucceeds(hub, { incident_id: id });
		expect(await stateOf(hub, id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toMatchObject([{ seen: 1 }]);
		expect(hub.actions.asked).toBe(1);
	});

	it("is looked up at its deadline if no event reported it", async () => {
		const { hub, id } = await failed(DNS);
		Object.assign(hub.actions.runs.get(RUN) ?? {}, { status: "completed", conclusion: "success" });
		await pass(hub, 61 * 60_000);
		expect(await stateOf(hub, id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
		expect(hub.sent).toEqual([]);
	});

	it("waits for the end of a pause", async () => {
		const hub = await rerunHub();
		const { settings } = hub.activeEngine;
		hub.activeEngine = { ...hub.activeEngine, settings: { ...settings, paused: true } };
		const { id } = await failed(DNS, hub);
		expect(await stateOf(hub, id)).toMatchObject({ status: "waiting" });
		expect(hub.actions.asked).toBe(0);
		hub.activeEngine = { ...hub.activeEngine, settings };
		await pass(hub, 11 * 60_000);
		expect(hub.actions.begun).toEqual([RUN]);
	});

	it("is over when a person names an agent", async () => {
		const { hub, id } = await failed(DNS);
		expect(await reassignRemediation(hub, id, { agent: "bolt", by: "octocat" })).toMatchObject({ status: "waiting" });
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "bolt" });
		expect(await stageOf(hub, id)).toBe("not rerun: an agent has it already");
	});
});

describe("failures of one cause", () => {
	it("are each run again first: what passes is fixed, and the rest is a group with one agent", async () => {
		const { hub, id } = await failed(DNS);
		hub.actions.putRun(4712, { log: DNS, branch: "fix/lexer" });
		const lexer = (await reportRun(hub, 4712)) as { incident_id: string };
		hub.actions.putRun(4713, { log: DNS, branch: "fix/printer" });
		const printer = (await reportRun(hub, 4713)) as { incident_id: string };
		await pass(hub, SETTLED_MS);
		expect(hub.actions.begun).toEqual([RUN, 4712, 4713]);

		await endRerun(hub, RUN, "failure");
		await endRerun(hub, 4712, "failure");
		await endRerun(hub, 4713, "success");
		for (let times = 0; times < 3; times++) await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		expect(await findIncident(hub.journal, lexer.incident_id)).toMatchObject({ status: "grouped", leader_id: id });
		expect(await stateOf(hub, printer.incident_id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
		expect(hub.sent).toHaveLength(1);
	});
});

describe("a group whose leader was a flake", () => {
	/** Four branches, and a leader whose failure nobody knew as flaky. */
	async function fourOfOneCause() {
		const { hub, id } = await failed(GO_TEST);
		const others: string[] = [];
		for (const run of [RUN + 1, RUN + 2, RUN + 3]) {
			hub.actions.putRun(run, { log: GO_TEST, branch: `fix/${run}` });
			others.push(((await reportRun(hub, run)) as { incident_id: string }).incident_id);
			await pass(hub, SETTLED_MS);
		}
		return { hub, id, others };
	}

	async function personReruns(hub: RerunHub, id: string): Promise<void> {
		Object.assign(hub.actions.runs.get(RUN) ?? {}, { attempt: 2, conclusion: "success" });
		await reportRun(hub, RUN);
		await agentSucceeds(hub, { incident_id: id });
		// They leave, and are decided.
		for (let times = 0; times < 2; times++) await pass(hub, SETTLED_MS);
	}

	const statusesOf = async ({ journal }: RerunHub, ids: readonly string[]) =>
		await Promise.all(ids.map(async (id) => (await findIncident(journal, id))?.status));

	it("has all its members run again at once, each once; what fails again is one group with one agent", async () => {
		const { hub, id, others } = await fourOfOneCause();
		expect(await statusesOf(hub, [id, ...others])).toEqual(["running", "grouped", "grouped", "grouped"]);
		await personReruns(hub, id);
		expect(await statusesOf(hub, [id, ...others])).toEqual(["fixed", "rerunning", "rerunning", "rerunning"]);
		expect(hub.actions.begun.toSorted()).toEqual([RUN + 1, RUN + 2, RUN + 3]);
		expect(await timelineOf(hub, others[2] ?? "")).toMatchObject([
			{ event: "joined" },
			{ event: "left", reason: `incident ${id} passed when it was run again: each of its group is decided by itself` },
			{ event: "rerun_planned" },
		]);

		await endRerun(hub, RUN + 1, "success");
		await endRerun(hub, RUN + 2, "failure");
		await endRerun(hub, RUN + 3, "failure");
		for (let times = 0; times < 3; times++) await pass(hub, SETTLED_MS);
		expect(await statusesOf(hub, others)).toEqual(["fixed", "running", "grouped"]);
		expect(await findIncident(hub.journal, others[2] ?? "")).toMatchObject({ leader_id: others[1] });
		expect(hub.actions.asked).toBe(3);
		expect(hub.sent.map((request) => request.id)).toEqual([`${id}.1`, `${others[1]}.1`]);
	});

	it("counts a member as fixed that is green by then, and does not run it again", async () => {
		const { hub, id, others } = await fourOfOneCause();
		Object.assign(hub.actions.runs.get(RUN + 1) ?? {}, { attempt: 2, conclusion: "success" });
		await reportRun(hub, RUN + 1);
		await personReruns(hub, id);
		expect(await statusesOf(hub, others)).toEqual(["fixed", "rerunning", "rerunning"]);
		expect(hub.actions.begun.toSorted()).toEqual([RUN + 2, RUN + 3]);
	});

	it("is one group again once its next leader was run again, although another one led meanwhile", async () => {
		const { hub, id, others } = await fourOfOneCause();
		await hub.journal
			.prepare(
				`INSERT INTO flakes (incident_id, run_attempt, repository, workflow, job, cause, text, failure_type, seen_at)
				SELECT 'earlier', 1, repository, 'CI', 'check', fingerprint, 'TestTotal', failure_type, ?2 FROM incidents WHERE id = ?1`,
			)
			.bind(id, hub.clock)
			.run();
		await stopRemediation(hub, id, "octocat");
		for (let times = 0; times < 2; times++) await pass(hub, SETTLED_MS);
		expect(await statusesOf(hub, others)).toEqual(["rerunning", "grouped", "grouped"]);
		// It failed twice already: it is not run again.
		hub.actions.putRun(4800, { log: GO_TEST, attempt: 2, branch: "fix/late" });
		const { incident_id: late } = (await reportRun(hub, 4800)) as { incident_id: string };
		await pass(hub, SETTLED_MS);
		expect(await statusesOf(hub, [late])).toEqual(["running"]);
		await endRerun(hub, RUN + 1, "failure");
		for (let times = 0; times < 3; times++) await pass(hub, SETTLED_MS);
		expect(await statusesOf(hub, others)).toEqual(["grouped", "grouped", "grouped"]);
		const rows = await Promise.all(others.map((other) => findIncident(hub.journal, other)));
		expect(rows.map((row) => row?.leader_id)).toEqual([late, late, late]);
		expect(hub.sent.map((request) => request.id)).toEqual([`${id}.1`, `${late}.1`]);
	});

	it("is one group again with one agent where nothing is run again", async () => {
		const { hub, id, others } = await fourOfOneCause();
		hub.actions.refusal = { reason: "forbidden", detail: "403: Resource not accessible by integration" };
		await personReruns(hub, id);
		for (let times = 0; times < 3; times++) await pass(hub, SETTLED_MS);
		expect((await statusesOf(hub, others)).toSorted()).toEqual(["grouped", "grouped", "running"]);
		expect(hub.sent).toHaveLength(2);
	});
});

describe("nothing is run again", () => {
	it.each([
		["what a compiler says", CLIPPY, {}, "not rerun: rust_build fails again on the same code"],
		["a test that nobody knows as flaky", GO_TEST, {}, "not rerun: no rule holds"],
		["a run that was run again before", DNS, { attempt: 2 }, "not rerun: attempt 2 of its run failed; `attempts` is 1"],
	])("%s", async (_what, log, changes, outcome) => {
		const hub = await rerunHub();
		hub.actions.putRun(RUN, { log, ...changes });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, incident_id)).toMatchObject({ status: "running" });
		expect(await stageOf(hub, incident_id)).toBe(outcome);
		expect(hub.actions.asked).toBe(0);
	});

	it("in a workflow under `never`", async () => {
		const hub = await rerunHub();
		hub.actions.putRun(RUN, { log: DNS, workflow: { name: "Deploy to prod", path: ".github/workflows/prod.yml" } });
		const { incident_id } = (await reportRun(hub, RUN)) as { incident_id: string };
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, incident_id)).toMatchObject({ status: "running" });
		expect(await stageOf(hub, incident_id)).toBe("not rerun: its workflow is one of `never`");
		expect(hub.actions.asked).toBe(0);
	});

	it.each([
		[
			{ reason: "forbidden", detail: "403: Resource not accessible by integration" },
			"not rerun: the GitHub App needs the permission Actions: write (403: Resource not accessible by integration)",
		],
		[
			{ reason: "not_found", detail: "404: Not Found" },
			"not rerun: the GitHub App needs the permission Actions: write (404: Not Found)",
		],
		[
			{
				reason: "forbidden",
				detail: "403: Unable to retry this workflow run because it was created over a month ago",
			},
			"not rerun: GitHub refused it (403: Unable to retry this workflow run because it was created over a month ago)",
		],
	] as const)("where GitHub refuses: %j", async (refusal, outcome) => {
		const hub = await rerunHub();
		hub.actions.refusal = refusal;
		const { id } = await failed(DNS, hub);
		await pass(hub, SETTLED_MS);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		expect(await stageOf(hub, id)).toBe(outcome);
		expect(hub.actions.asked).toBe(1);
		expect(promptOf(hub)).not.toContain("It failed twice");
	});
});

describe("the flake ledger", () => {
	it("has a test run again that a person's rerun cured before, for 14 days", async () => {
		const { hub, id } = await failed(GO_TEST);
		expect(await stateOf(hub, id)).toMatchObject({ status: "running", agent: "atlas" });
		Object.assign(hub.actions.runs.get(RUN) ?? {}, { attempt: 2, conclusion: "success" });
		await reportRun(hub, RUN);
		await agentSucceeds(hub, { incident_id: id });
		expect(await stateOf(hub, id)).toMatchObject({ status: "fixed", fixed_by: "rerun" });
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toMatchObject([
			{
				seen: 1,
				failure_type: "go_test",
				text: "go_test: go_test: shop/cart: TestTotal | total_test.go: total = 2, want 3",
			},
		]);

		const second = await failed(GO_TEST, hub, 4800);
		expect(await stateOf(hub, second.id)).toMatchObject({ status: "rerunning" });
		await endRerun(hub, 4800, "success");
		await pass(hub, SETTLED_MS);
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toMatchObject([{ seen: 2 }]);

		await pass(hub, 15 * 24 * 3_600_000);
		expect(await listFlakes(hub.journal, { now: hub.clock, limit: 10 })).toEqual([]);
		const third = await failed(GO_TEST, hub, 4900);
		expect(await stageOf(hub, third.id)).toBe("not rerun: no rule holds");
		await pruneJournal(hub);
		expect(await hub.journal.prepare("SELECT count(*) AS rows FROM flakes").first("rows")).toBe(0);
	});
});
