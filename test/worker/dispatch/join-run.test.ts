import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/index.ts";
import { everyEdgeSource } from "../../../worker/context/source.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { loadDeliveries } from "../../../worker/journal/deliveries.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { answeringGitHub } from "../support/answering-github.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

const RUN = sampleId(1);
const CHECK = sampleId(2);
const RUNS = "GET /repos/{owner}/{repo}/actions/runs";
const BRANCH = "GET /repos/{owner}/{repo}/branches/{branch}";
const SHA = "a".repeat(40);

/** The check run that a test reporter made with the token of its run: no run in its address. */
function report(): Incident {
	const {
		run_id: _run,
		workflow: _workflow,
		...rest
	} = sampleIncident({
		id: CHECK,
		delivery_id: "report",
		event: "check_run",
		branch: "fix/parser",
		head_sha: SHA,
		app: "github-actions",
		job: "Test results",
		evidence: "3 tests failed",
	});
	return rest;
}

const failedRun = () =>
	sampleIncident({ id: RUN, delivery_id: "run", branch: "fix/parser", head_sha: SHA, run_id: "1081", job: "test" });

function github(stub: Stub, runs: unknown): void {
	const answers = { [RUNS]: runs, [BRANCH]: { name: "fix/parser" } };
	Object.assign(stub, { github: answeringGitHub(answers, { reason: "unavailable", detail: "502" }).github });
}

function answer(id: number, status: string, conclusion: string | null): object {
	return { id, workflow_id: 5, run_number: id, run_attempt: 1, status, conclusion, head_sha: SHA, name: "CI" };
}

const statusOf = async (stub: Stub, id = CHECK) => (await findIncident(stub.journal, id))?.status;

describe("a check run that an action of a run made", () => {
	it("is evidence of its commit's run, not a second incident", async () => {
		const stub = stubEffects();
		await journalIncident(stub, failedRun());
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toEqual({
			state: "superseded",
			reason: `an action made it in a run that is incident ${RUN}`,
		});
		await processIncident(stub, RUN);
		expect(stub.sent.map(({ id }) => id)).toEqual([`${RUN}.1`]);
		expect(stub.decided[0]?.incident).toMatchObject({ id: RUN, run_id: "1081", evidence: "3 tests failed" });
	});

	it("hands its evidence over however late it comes, and once", async () => {
		const stub = stubEffects();
		await journalIncident(stub, failedRun());
		await processIncident(stub, RUN);
		await journalIncident(stub, report());
		await processIncident(stub, CHECK);
		await processIncident(stub, CHECK);
		expect((await loadDeliveries(stub.journal, RUN)).map(({ incident: { delivery_id } }) => delivery_id)).toEqual([
			"report",
			"run",
		]);
		expect(stub.sent).toHaveLength(1);
	});

	it("waits for the run, and joins it", async () => {
		const stub = stubEffects();
		github(stub, { workflow_runs: [answer(1081, "in_progress", null)] });
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toMatchObject({
			state: "waiting",
			reason: "an action made it, and run 1081 of its commit is not finished",
		});
		await journalIncident(stub, failedRun());
		stub.clock += 600_000;
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "superseded" });
		expect(stub.sent).toEqual([]);
	});

	it("ends with a run that passed", async () => {
		const stub = stubEffects();
		github(stub, { workflow_runs: [answer(1081, "completed", "success")] });
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toEqual({
			state: "superseded",
			reason: "an action made it, and run 1081 of its commit passed",
		});
	});

	it("is its run's incident if nobody delivers the run, which then opens no second one", async () => {
		const stub = stubEffects();
		github(stub, { workflow_runs: [answer(1081, "completed", "failure")] });
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toMatchObject({
			state: "waiting",
			reason: "an action made it, and run 1081 of its commit is not an incident yet",
		});
		stub.clock += 60_000;
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "running" });
		expect(await findIncident(stub.journal, CHECK)).toMatchObject({ run_id: "1081" });

		await journalIncident(stub, failedRun());
		expect(await processIncident(stub, RUN)).toEqual({ state: "superseded", reason: `run 1081 is incident ${CHECK}` });
		expect(stub.sent).toHaveLength(1);
	});

	it.each(["rerunning", "running", "awaiting_ci", "awaiting_merge", "grouped", "failed", "escalated"])(
		"keeps its run from a second incident while it is %s",
		async (status) => {
			const stub = stubEffects();
			await journalIncident(stub, { ...report(), run_id: "1081" });
			await stub.journal
				.prepare("UPDATE incidents SET status = ?2, run_id = '1081', next_try_at = NULL WHERE id = ?1")
				.bind(CHECK, status)
				.run();
			stub.clock += 1000;
			await journalIncident(stub, failedRun());
			expect(await processIncident(stub, RUN)).toEqual({
				state: "superseded",
				reason: `run 1081 is incident ${CHECK}`,
			});
			expect(await statusOf(stub)).toBe(status);
		},
	);

	it("keeps the run that it learned of while that is run again", async () => {
		const stub = stubEffects();
		github(stub, { workflow_runs: [answer(1081, "completed", "failure")] });
		const spawn = await stub.activeEngine.decide({
			incident: report(),
			context: {},
			attempt: 1,
			previous_attempts: [],
		});
		if (spawn.outcome !== "spawn") throw new Error(spawn.outcome);
		const rerun = { rule: "rule 1", run_attempt: 1, deadline_s: 3600 };
		stub.activeEngine = stubEngine({ decide: async () => ({ ...spawn, rerun }) });
		await journalIncident(stub, report());
		stub.clock += 60_000;
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "rerunning" });
		expect(await findIncident(stub.journal, CHECK)).toMatchObject({ status: "rerunning", run_id: "1081" });
		await journalIncident(stub, failedRun());
		expect(await processIncident(stub, RUN)).toEqual({ state: "superseded", reason: `run 1081 is incident ${CHECK}` });
	});

	it.each([
		["no run of its commit is known", { workflow_runs: [] }],
		["GitHub does not have its commit", { failure: { reason: "not_found", detail: "404" } }],
	])("is an incident of its own when %s", async (_why, runs) => {
		const stub = stubEffects();
		github(stub, runs);
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "running" });
	});

	it("is an incident of its own when nobody can be asked", async () => {
		const stub = stubEffects();
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "running" });
	});

	it("waits for a GitHub that does not answer", async () => {
		const stub = stubEffects();
		github(stub, { failure: { reason: "unavailable", detail: "502" } });
		await journalIncident(stub, report());
		expect(await processIncident(stub, CHECK)).toMatchObject({ state: "waiting" });
		expect(await statusOf(stub)).toBe("waiting");
	});
});

describe("a job that may fail", () => {
	it.each([
		["passed although a job of it failed", { attempt: 1, status: "completed", conclusion: "success" }, "superseded"],
		["passed in a rerun", { attempt: 2, status: "completed", conclusion: "success" }, "superseded"],
		["still in progress", { attempt: 1, status: "in_progress" }, "running"],
		["failed", { attempt: 1, status: "completed", conclusion: "failure" }, "running"],
	])("has a run that is %s", async (what, run, status) => {
		const stub = stubEffects();
		stub.activeEngine = stubEngine({
			plan: async () => [{ name: "run", from: "github.run", timeout_s: 10, with: {} }],
		});
		const edge = everyEdgeSource(async () => ({ status: "ok", data: { id: "1081", ...run } }));
		Object.assign(stub, { sources: () => ({ edge, cluster: async () => [] }) });
		await journalIncident(stub, { ...failedRun(), run_attempt: 1 });
		const progress = await processIncident(stub, RUN);
		expect(progress.state).toBe(status);
		if (progress.state === "superseded") expect(progress.reason).toBe(`run 1081 ${what}`);
	});
});
