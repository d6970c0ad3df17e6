import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import type { SpawnRequest } from "../../../wire/spawn.ts";
import { endSuperseded } from "../../../worker/dispatch/superseded.ts";
import { lockIncident } from "../../../worker/journal/incident-locks.ts";
import { findIncident, type LockedIncident } from "../../../worker/journal/incidents.ts";
import { type Answers, answeringGitHub } from "../support/answering-github.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const RUNS = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
const CHECKS = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
const STATUS = "GET /repos/{owner}/{repo}/commits/{ref}/status";

const request: SpawnRequest = {
	incident_id: ID,
	attempt: 1,
	agent: "rex",
	max_active: 1,
	deadline_s: 7200,
	claims: [],
	coderun: { metadata: { name: "n", namespace: "cto", labels: {}, annotations: {} }, spec: {} },
};

interface RunFields {
	readonly id: number;
	readonly run_number: number;
	readonly conclusion?: string | null;
	readonly status?: string;
	readonly head_repository?: string;
}

function run({
	id,
	run_number,
	conclusion = "failure",
	status = "completed",
	head_repository = "5dlabs/cto",
}: RunFields) {
	const home = { full_name: head_repository };
	const html_url = `https://github.com/5dlabs/cto/actions/runs/${id}`;
	const of = { workflow_id: 7, head_branch: "fix/parser", head_sha: `sha-${id}`, head_repository: home, html_url };
	return { id, run_number, conclusion, status, ...of };
}

/** GitHub that answers by route; what it has no answer to, it cannot be asked. */
const answering = (answers: Answers) => answeringGitHub(answers, { reason: "rate_limited", until: 0 });

/** Two runs of one workflow: the incident's own, failed, and those that came after it. */
function actions(own: ReturnType<typeof run>, later: readonly ReturnType<typeof run>[]) {
	return answering({ [RUN]: own, [RUNS]: { workflow_runs: [...later, own] } });
}

/** An incident that waited for its branch, and has its row now. */
async function heldBack(stub: Stub, fields: Partial<Incident> = {}): Promise<LockedIncident> {
	const incident = sampleIncident({ id: ID, branch: "fix/parser", run_id: "100", ...fields });
	await journalIncident(stub, incident);
	await stub.journal
		.prepare("UPDATE incidents SET status = 'waiting', blocked_on = 'claim:5dlabs/cto/fix/parser' WHERE id = ?1")
		.bind(ID)
		.run();
	const lock = { now: stub.clock, lock: "mine", locked_until: stub.clock + 30_000 };
	const taken = await lockIncident(stub.journal, ID, lock);
	if (taken === undefined) throw new Error("the incident was not taken");
	return taken;
}

const own = run({ id: 100, run_number: 10 });
const JOBS = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs";

/** Its context was gathered, its filters let it pass, and an agent was chosen. */
async function decide(stub: Stub, id: string): Promise<void> {
	await stub.journal.prepare("UPDATE incidents SET agent = 'rex' WHERE id = ?1").bind(id).run();
}

describe("endSuperseded", () => {
	it("ends an incident whose workflow is green on its branch, and the journal says by which run", async () => {
		const stub = stubEffects();
		const { github } = actions(own, [
			run({ id: 103, run_number: 13, status: "in_progress", conclusion: null }),
			run({ id: 102, run_number: 12, conclusion: "success" }),
			run({ id: 101, run_number: 11, conclusion: "failure" }),
		]);
		const reason = "the workflow passed in the newer run 12: https://github.com/5dlabs/cto/actions/runs/102";
		const ended = await endSuperseded({ ...stub, github }, await heldBack(stub), request);
		expect(ended).toEqual({ state: "superseded", reason });
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "superseded",
			reason,
			next_try_at: null,
			blocked_on: null,
			lock: null,
		});
	});

	it("ends one whose own run is green by a rerun", async () => {
		const stub = stubEffects();
		const { github } = actions(run({ id: 100, run_number: 10, conclusion: "success" }), []);
		expect(await endSuperseded({ ...stub, github }, await heldBack(stub), request)).toEqual({
			state: "superseded",
			reason: "the workflow passed in a rerun of its run: https://github.com/5dlabs/cto/actions/runs/100",
		});
	});

	it("ends one whose newer failure is an incident itself, and goes on when it is none", async () => {
		const stub = stubEffects();
		const { github } = actions(own, [run({ id: 101, run_number: 11 })]);
		const taken = await heldBack(stub);
		// A failure on an agent's own push is no incident.
		expect(await endSuperseded({ ...stub, github }, taken, request)).toBeUndefined();
		await journalIncident(stub, sampleIncident({ id: sampleId(2), branch: "fix/parser", run_id: "101" }));
		// Its own filters have not been asked with its context: it may be somebody else's failure.
		expect(await endSuperseded({ ...stub, github }, taken, request)).toBeUndefined();
		await decide(stub, sampleId(2));
		expect(await endSuperseded({ ...stub, github }, taken, request)).toEqual({
			state: "superseded",
			reason: `its newer failure is incident ${sampleId(2)}`,
		});
	});

	it("ends one that has some jobs of its run when the newer run is red for others alone", async () => {
		const stub = stubEffects();
		const newer = run({ id: 101, run_number: 11 });
		const jobs = (...names: readonly string[]) => ({
			[RUN]: own,
			[RUNS]: { workflow_runs: [newer, own] },
			[JOBS]: { jobs: names.map((name, id) => ({ id, name, conclusion: "failure" })) },
		});
		const part = { only: ["frontend-lint"], of: sampleId(2) };
		const taken = await heldBack(stub, { job: "frontend-lint", part });
		for (const red of [jobs("lint-rust", "frontend-lint"), jobs()]) {
			expect(await endSuperseded({ ...stub, github: answering(red).github }, taken, request)).toBeUndefined();
		}
		const { github } = answering(jobs("lint-rust"));
		expect(await endSuperseded({ ...stub, github }, taken, request)).toEqual({
			state: "superseded",
			reason: "its jobs are red no more, although others of run 101 are",
		});
	});

	it.each([
		["nothing ran since", []],
		["the newer run is under way", [run({ id: 101, run_number: 11, status: "in_progress", conclusion: null })]],
		["the newer run was cancelled", [run({ id: 101, run_number: 11, conclusion: "cancelled" })]],
		["the green one is older", [run({ id: 99, run_number: 9, conclusion: "success" })]],
		["the green one is a fork's", [run({ id: 101, run_number: 11, conclusion: "success", head_repository: "x/cto" })]],
	])("goes on when %s", async (_, later) => {
		const stub = stubEffects();
		const { github } = actions(own, later);
		expect(await endSuperseded({ ...stub, github }, await heldBack(stub), request)).toBeUndefined();
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "waiting", lock: "mine" });
	});

	it("leaves two workflows that are red on one push two incidents", async () => {
		const stub = stubEffects();
		// Of this workflow nothing newer ran; the other one's incident is of the same branch.
		await journalIncident(stub, sampleIncident({ id: sampleId(2), branch: "fix/parser", run_id: "101" }));
		const { github } = actions(own, []);
		expect(await endSuperseded({ ...stub, github }, await heldBack(stub), request)).toBeUndefined();
	});

	it("goes on when GitHub cannot be asked, or is not configured", async () => {
		const stub = stubEffects();
		const taken = await heldBack(stub);
		expect(await endSuperseded({ ...stub, github: answering({}).github }, taken, request)).toBeUndefined();
		const half = answering({ [RUN]: own }).github;
		expect(await endSuperseded({ ...stub, github: half }, taken, request)).toBeUndefined();
		const nonsense = answering({ [RUN]: { id: "x" } }).github;
		expect(await endSuperseded({ ...stub, github: nonsense }, taken, request)).toBeUndefined();
		expect(await endSuperseded({ ...stub, github: undefined }, taken, request)).toBeUndefined();
	});

	it("does not ask about an incident that was never held back", async () => {
		const stub = stubEffects();
		const { github, asked } = actions(run({ id: 100, run_number: 10, conclusion: "success" }), []);
		const taken = { ...(await heldBack(stub)), blocked_on: null };
		expect(await endSuperseded({ ...stub, github }, taken, request)).toBeUndefined();
		expect(asked).toEqual([]);
	});

	it("wakes the one behind it", async () => {
		const stub = stubEffects();
		const taken = await heldBack(stub);
		await journalIncident(stub, sampleIncident({ id: sampleId(2), branch: "fix/parser" }), stub.clock + 60_000);
		await stub.journal
			.prepare("UPDATE incidents SET status = 'waiting', blocked_on = 'agent:rex' WHERE id = ?1")
			.bind(sampleId(2))
			.run();
		const { github } = actions(own, [run({ id: 101, run_number: 11, conclusion: "success" })]);
		await endSuperseded({ ...stub, github }, taken, request);
		expect(stub.woken).toEqual([{ id: sampleId(2), delayMs: 0 }]);
	});

	it("loses to whoever took the row meanwhile", async () => {
		const stub = stubEffects();
		const taken = await heldBack(stub);
		await stub.journal.prepare("UPDATE incidents SET lock = 'another'").run();
		const { github } = actions(own, [run({ id: 101, run_number: 11, conclusion: "success" })]);
		expect(await endSuperseded({ ...stub, github }, taken, request)).toEqual({ state: "lock_lost" });
	});
});

describe("endSuperseded, of another App's checks", () => {
	const check = (name: string, conclusion: string | null, slug = "sonar", head_sha = "head") => {
		return { name, head_sha, conclusion, status: conclusion === null ? "in_progress" : "completed", app: { slug } };
	};
	const fields = { app: "sonar", jobs: ["lint", "types"], event: "check_run", head_sha: "old" } as const;

	async function of(check_runs: readonly unknown[], changes: Partial<Incident> = {}, stub = stubEffects()) {
		const { run_id: _, ...taken } = await heldBack(stub, { ...fields, ...changes });
		const { run_id: __, ...incident } = JSON.parse(taken.incident);
		const { github } = answering({ [CHECKS]: { check_runs } });
		const row = { ...taken, run_id: null, incident: JSON.stringify(incident) };
		return await endSuperseded({ ...stub, github }, row, request);
	}

	it("ends it when each that failed is green on the branch's head", async () => {
		expect(await of([check("lint", "success"), check("types", "success"), check("other", "failure")])).toMatchObject({
			state: "superseded",
			reason: "lint, types of sonar passed on the branch's head",
		});
	});

	it.each([
		["one of them did not run there", [check("lint", "success")]],
		["one is under way", [check("lint", "success"), check("types", null)]],
		["another App's has the name", [check("lint", "success"), check("types", "success", "other")]],
		["it failed there, and that is no incident", [check("lint", "failure"), check("types", "success")]],
	])("goes on when %s", async (_, runs) => {
		expect(await of(runs)).toBeUndefined();
	});

	it("ends it when it failed there, and that is an incident", async () => {
		const stub = stubEffects();
		const other = { id: sampleId(2), branch: "fix/parser", app: "sonar", head_sha: "head" };
		await journalIncident(stub, sampleIncident(other));
		await decide(stub, sampleId(2));
		expect(await of([check("lint", "failure")], {}, stub)).toMatchObject({
			reason: `its newer failure is incident ${sampleId(2)}`,
		});
	});

	it("does not look at a branch of ours when the failure is a fork's", async () => {
		const green = [check("lint", "success"), check("types", "success")];
		expect(await of(green, { head_repository: "someone/cto" })).toBeUndefined();
	});
});

describe("endSuperseded, of commit statuses", () => {
	it.each([
		["success", "superseded"],
		["pending", undefined],
		["failure", undefined],
	])("takes a context that is %s on the branch's head for %s", async (state, expected) => {
		const stub = stubEffects();
		const taken = await heldBack(stub, { event: "status", job: "ci/jenkins" });
		const { run_id: _, ...incident } = JSON.parse(taken.incident);
		const { github } = answering({ [STATUS]: { statuses: [{ context: "ci/jenkins", state }] } });
		const row = { ...taken, incident: JSON.stringify(incident) };
		expect((await endSuperseded({ ...stub, github }, row, request))?.state).toBe(expected);
	});
});
