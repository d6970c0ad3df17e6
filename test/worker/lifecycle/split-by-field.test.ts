import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixBranch } from "../../../pipeline/index.ts";
import { createSources } from "../../../worker/context/create-sources.ts";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { currentEngine } from "../../../worker/engine.ts";
import type { GitHub, GitHubAnswer } from "../../../worker/github/github.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { stopRemediation } from "../../../worker/remediation/actions.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { type ClaimingCluster, claimingCluster, endCodeRun } from "../support/claiming-cluster.ts";
import type { Payload } from "../support/failed-job.ts";
import { jobTold, type PushTold, runTold, type ToldBy } from "../support/push-told.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

const BRANCH = "fix/both";
/** As the shipped pipeline has it. */
const PROTECTED = "release/1.2";
const PERSON = { login: "octocat", type: "User" };
const REX = { login: "5dlabs-rex[bot]", type: "Bot" };
const BLAZE = { login: "5dlabs-blaze[bot]", type: "Bot" };

const CLIPPY =
	"error: this loop never actually loops\n  --> src/parse.rs:10:5\n  = help: https://rust-lang.github.io/rust-clippy/never_loop";
const ESLINT = "src/app.ts\n  1:1  error  'x' is never used  no-unused-vars";
/** What failed, the step that did, and its log. */
const JOBS = {
	"lint-rust": { id: 1, step: "Run cargo clippy", log: CLIPPY },
	"frontend-lint": { id: 2, step: "Run eslint", log: ESLINT },
	"test-rust": { id: 3, step: "Run cargo clippy", log: CLIPPY },
	"no-log": { id: 4, step: "Run it", log: undefined },
} as const;
type Job = keyof typeof JOBS;
const BOTH: readonly Job[] = ["lint-rust", "frontend-lint"];

describe("split: field", () => {
	it("makes an incident of each field of one run, each with the logs of its own jobs", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub);
		const [rust, frontend] = await incidents(stub);
		expect(rust).toMatchObject({ status: "running", agent: "rex", incident: { job: "lint-rust" } });
		expect(frontend).toMatchObject({ status: "waiting", agent: "blaze", incident: { job: "frontend-lint" } });
		expect(rust?.incident).not.toHaveProperty("jobs");
		expect(rust?.incident).toMatchObject({ failed_steps: ["Run cargo clippy"], part: { except: ["frontend-lint"] } });
		expect(frontend?.incident).toMatchObject({
			failed_steps: ["Run eslint"],
			part: { only: ["frontend-lint"], of: rust?.id },
			run_id: "100",
			branch: BRANCH,
			url: "https://github.com/5dlabs/cto/actions/runs/100/job/2",
		});

		await finish(stub, rust?.id);
		stub.shown[200] = ["frontend-lint"];
		await deliver(stub, ...redRun(200, ["frontend-lint"], REX));
		await quiet(stub);
		// Its part is green: blaze's own is not its failure.
		expect(await states(stub)).toEqual(["fixed by agent", "running"]);
		await finish(stub, frontend?.id);
		stub.shown[300] = [];
		await deliver(stub, greenRun(300, BLAZE));
		await quiet(stub);
		expect(await states(stub)).toEqual(["fixed by agent", "fixed by agent"]);

		expect(agents(stub)).toEqual(["rex", "blaze"]);
		expect(prompts(stub)[0]).toContain("never actually loops");
		expect(prompts(stub)[0]).not.toContain("no-unused-vars");
		expect(prompts(stub)[0]).not.toContain("frontend-lint");
		expect(prompts(stub)[1]).toContain("no-unused-vars");
		expect(prompts(stub)[1]).not.toContain("never actually loops");
		expect(prompts(stub)[1]).not.toContain("lint-rust");
		const { body } = await send(get("/api/insights"));
		expect(body).toMatchObject({ total: { duplicates: { made: 0 }, routing: { right: 2, corrected: 0 } } });
	});

	it("goes on with an incident whose own jobs are still red, on those alone", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub, 3);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		stub.shown[200] = BOTH;
		await deliver(stub, ...redRun(200, BOTH, REX));
		await quiet(stub);
		expect(await attemptsOf(rust?.id)).toMatchObject([
			{ agent: "rex", result: "ci_still_failing" },
			{ agent: "rex", result: null },
		]);
		expect(agents(stub)).toEqual(["rex", "rex"]);
		expect(prompts(stub)[1]).toContain("never actually loops");
		expect(prompts(stub)[1]).not.toContain("no-unused-vars");
	});

	it("ends what waited as superseded once another agent's push made its jobs green", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub, 3);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		stub.shown[200] = ["lint-rust"];
		await deliver(stub, ...redRun(200, ["lint-rust"], REX));
		await quiet(stub);
		expect((await incidents(stub))[1]).toMatchObject({
			status: "superseded",
			reason: expect.stringContaining("its jobs are red no more, although others of the run are"),
		});
		expect(agents(stub)).not.toContain("blaze");
	});

	it("joins the group of each field's cause with another branch that fails in both", async () => {
		const stub = await shipped({ 100: BOTH, 101: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub, 3);
		await deliver(stub, ...redRun(101, BOTH, PERSON, 1, "fix/other"));
		await quiet(stub);
		const { results } = await stub.journal
			.prepare(
				`SELECT i.branch || ' ' || (i.incident ->> '$.job') AS what, i.status || coalesce(' with ' || led.branch, '') AS standing
				FROM incidents i LEFT JOIN incidents led ON led.id = i.leader_id`,
			)
			.all<{ what: string; standing: string }>();
		expect(Object.fromEntries(results.map(({ what, standing }) => [what, standing]))).toEqual({
			[`${BRANCH} lint-rust`]: "running",
			[`${BRANCH} frontend-lint`]: "waiting",
			"fix/other lint-rust": `grouped with ${BRANCH}`,
			"fix/other frontend-lint": `grouped with ${BRANCH}`,
		});
		// The first one leads no more: the other one is decided on its own jobs.
		const [rust] = await incidents(stub);
		await stopRemediation(stub, rust?.id ?? "", "octocat");
		await finish(stub, rust?.id);
		await quiet(stub);
		const last = prompts(stub).findLast((prompt) => prompt.includes("never actually loops"));
		expect(last).not.toContain("no-unused-vars");
		expect(agents(stub).filter((agent) => agent === "rex")).toHaveLength(2);
	});

	it("is not green by a run of which nobody named the red jobs, until GitHub does", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		stub.shown[200] = ["frontend-lint"];
		await deliver(stub, redRun(200, [], REX)[0] as ToldBy);
		await quiet(stub);
		expect((await incidents(stub))[0]).toMatchObject({
			status: "fixed",
			reason: "its jobs are red no more in run 200",
		});
		expect(agents(stub)).toEqual(["rex", "blaze"]);
	});

	it("is not green by a run that failed before any job", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub, 3);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		stub.shown[200] = [];
		await deliver(stub, ...redRun(200, [], REX));
		await quiet(stub);
		expect(await attemptsOf(rust?.id)).toMatchObject([{ result: "ci_still_failing" }, { result: null }]);
	});

	it("makes no third, however often its deliveries come and whoever decides at the same time", async () => {
		const stub = await shipped({ 100: BOTH });
		const told = redRun(100, BOTH, PERSON);
		await deliver(stub, ...told, ...told);
		const [first] = await incidents(stub);
		stub.begin();
		stub.clock += 10_000;
		await Promise.all([1, 2, 3].map(() => processIncident(stub, first?.id ?? "")));
		await deliver(stub, ...told);
		await quiet(stub);
		await deliver(stub, ...told, ...redRun(100, ["frontend-lint"], PERSON));
		await quiet(stub);
		const all = await incidents(stub);
		expect(all.map(({ agent }) => agent)).toEqual(["rex", "blaze"]);
		expect(all[0]?.incident).not.toHaveProperty("jobs");
		expect(agents(stub)).toEqual(["rex"]);
	});

	it("does not take one for the other's newer failure when a person starts the run again", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub, 3);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		await deliver(stub, ...redRun(100, BOTH, PERSON, 2));
		await quiet(stub, 3);
		expect((await incidents(stub)).map(({ agent, status }) => [agent, status])).toEqual([
			["rex", "awaiting_ci"],
			["blaze", "waiting"],
		]);
	});

	it("does not take the fix of one field for the open fix of the other", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON, 1, PROTECTED));
		await quiet(stub, 3);
		const [rust, frontend] = await incidents(stub);
		expect(frontend?.status).toBe("waiting");
		await finish(stub, rust?.id);
		// The front end is red on the fix's branch as well: nobody mended it there.
		stub.shown[200] = ["frontend-lint"];
		await deliver(stub, ...redRun(200, ["frontend-lint"], REX, 1, fixBranch(rust?.id ?? "")));
		await quiet(stub);
		expect((await incidents(stub)).map(({ agent, status }) => [agent, status])).toEqual([
			["rex", "awaiting_merge"],
			["blaze", "running"],
		]);
	});

	it("gives a job that fails later to the incident that was reported", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub);
		await deliver(stub, ...redRun(100, ["test-rust"], PERSON));
		await quiet(stub);
		expect(await incidents(stub)).toHaveLength(2);
	});

	it("leaves a run of one field alone, and what has no log or no field with the first", async () => {
		const stub = await shipped({ 100: ["lint-rust", "test-rust", "no-log"] });
		await deliver(stub, ...redRun(100, ["no-log", "lint-rust", "test-rust"], PERSON));
		await quiet(stub);
		const [only, ...others] = await incidents(stub);
		expect(others).toEqual([]);
		expect(only?.incident).not.toHaveProperty("part");
		expect(agents(stub)).toEqual(["rex"]);
	});

	it("keeps one incident for a run unless the pipeline says otherwise", async () => {
		const stub = await shipped({ 100: BOTH }, "none");
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub);
		expect(await incidents(stub)).toHaveLength(1);
		expect(agents(stub)).toEqual(["rex"]);
	});

	it("opens the reported incident again for a red rerun, without what an open one has", async () => {
		const stub = await shipped({ 100: BOTH });
		await deliver(stub, ...redRun(100, BOTH, PERSON));
		await quiet(stub);
		const [rust] = await incidents(stub);
		await finish(stub, rust?.id);
		stub.shown[200] = ["frontend-lint"];
		await deliver(stub, ...redRun(200, ["frontend-lint"], REX));
		await quiet(stub);
		expect(await states(stub)).toEqual(["fixed by agent", "running"]);
		stub.shown[100] = ["frontend-lint"];
		await deliver(stub, ...redRun(100, ["frontend-lint"], PERSON, 2));
		await quiet(stub);
		const [again, frontend] = await incidents(stub);
		expect(again).toMatchObject({
			status: "superseded",
			reason: `what failed again belongs to incident ${frontend?.id}`,
		});
		expect(agents(stub)).toEqual(["rex", "blaze"]);
	});

	it("ends alike in whatever order a run's failures arrive", async () => {
		await fc.assert(
			fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), async (order) => {
				await clear();
				const stub = await shipped({ 100: ["lint-rust", "frontend-lint", "test-rust"] });
				const told = [
					...redRun(100, ["lint-rust", "frontend-lint", "test-rust"], PERSON),
					...redRun(100, BOTH, PERSON),
				];
				for (const at of order) await deliver(stub, told[at] as ToldBy);
				await quiet(stub);
				const jobs = (await incidents(stub)).map(({ incident }) => (incident.jobs ?? [incident.job]).toSorted().join());
				expect(jobs.toSorted()).toEqual(["frontend-lint", "lint-rust,test-rust"]);
				expect(agents(stub)).toHaveLength(1);
			}),
			{ numRuns: runs(5, 2) },
		);
	}, 60_000);
});

interface World extends Stub {
	readonly cluster: ClaimingCluster;
	/** The failed jobs that GitHub shows, by run. */
	readonly shown: Record<number, readonly Job[]>;
}

/** The shipped pipeline with that setting, and GitHub with these red jobs by run. */
async function shipped(shown: Record<number, readonly Job[]>, split: "field" | "none" = "field"): Promise<World> {
	const stub = stubEffects();
	const engine = await currentEngine(env, 0, stub.log);
	stub.activeEngine = { ...engine, outcome: { ...engine.outcome, split } };
	// What is delivered carries the present time.
	stub.clock = Date.now();
	const state = { ...shown };
	const github = gitHub(state);
	const relay = { env: {}, fetch, now: () => stub.clock, newId: () => "id" };
	const storage = async (input: string | URL | Request) =>
		new Response(logOf(new URL(String(input)).pathname.slice(1)));
	const sources = createSources({ github, fetch: storage as typeof fetch, relay });
	return Object.assign(stub, { github, sources, shown: state, cluster: claimingCluster(stub) });
}

function logOf(id: string): string {
	return Object.values(JOBS).find((job) => String(job.id) === id)?.log ?? "";
}

function gitHub(shown: Record<number, readonly Job[]>): GitHub {
	const notFound = { ok: false, failure: { reason: "not_found", detail: "Not Found" } } as GitHubAnswer<never>;
	const ok = (value: unknown): GitHubAnswer<unknown> => ({ ok: true, value, status: 200, headers: {} });
	const asInstallation = async (_of: unknown, route: string, about: Record<string, unknown>) => {
		if (/runs\/\{run_id\}.*\/jobs$/.test(route)) {
			const run_id = Number(about.run_id);
			const jobs = (shown[run_id] ?? []).map((name) => ({
				...{ id: JOBS[name].id, name, conclusion: "failure" },
				html_url: `https://github.com/5dlabs/cto/actions/runs/${run_id}/job/${JOBS[name].id}`,
				steps: [{ name: JOBS[name].step, conclusion: "failure" }],
			}));
			return ok({ jobs });
		}
		return route === "GET /repos/{owner}/{repo}/branches/{branch}" ? ok({ name: about.branch }) : notFound;
	};
	const redirectOf = async (_of: unknown, _route: string, { job_id }: { readonly job_id: number }) =>
		logOf(String(job_id)) === ""
			? { ...notFound, failure: { reason: "forbidden", detail: "no" } }
			: ok(`https://storage.test/${job_id}`);
	return { asInstallation, redirectOf } as unknown as GitHub;
}

/** A run with its red jobs, as GitHub delivers it: the jobs first. */
function redRun(
	run_id: number,
	jobs: readonly Job[],
	by: PushTold["by"],
	attempt = 1,
	branch = BRANCH,
): readonly ToldBy[] {
	const push = { run_id, branch, by, attempt };
	return [
		...jobs.map((name) => {
			const payload = jobTold(push) as Payload;
			const steps = [{ name: JOBS[name].step, status: "completed", conclusion: "failure", number: 1 }];
			const html_url = `https://github.com/5dlabs/cto/actions/runs/${run_id}/job/${JOBS[name].id}`;
			return {
				event: "workflow_job",
				payload: { ...payload, workflow_job: { ...payload.workflow_job, name, steps, html_url } },
			};
		}),
		{ event: "workflow_run", payload: runTold(push) },
	];
}

function greenRun(run_id: number, by: PushTold["by"]): ToldBy {
	return { event: "workflow_run", payload: runTold({ run_id, branch: BRANCH, by, conclusion: "success" }) };
}

let deliveries = 0;

async function deliver(stub: World, ...told: readonly ToldBy[]): Promise<void> {
	for (const { event, payload } of told) {
		stub.begin();
		await acceptDelivery(stub, { event, delivery_id: `d-${++deliveries}`, payload }, "github", stub.log);
	}
}

/** Time passes, with the cron's sweeps. After ten minutes a claim ends with its CodeRun. */
async function quiet(stub: World, minutes = 30): Promise<void> {
	for (let minute = 0; minute < minutes; minute++) {
		stub.begin();
		await sweepDue(stub);
		await sweepOverdue(stub);
		stub.clock += 60_000;
	}
}

interface Seen {
	readonly id: string;
	readonly status: string;
	readonly fixed_by: string | null;
	readonly agent: string | null;
	readonly reason: string | null;
	readonly incident: Record<string, unknown> & { readonly job?: string; readonly jobs?: readonly string[] };
}

async function incidents(stub: World): Promise<readonly Seen[]> {
	const { results } = await stub.journal
		.prepare("SELECT id, status, fixed_by, agent, reason, incident FROM incidents ORDER BY created_at, id")
		.all<Omit<Seen, "incident"> & { incident: string }>();
	return results.map((row) => ({ ...row, incident: JSON.parse(row.incident) }));
}

async function states(stub: World): Promise<readonly string[]> {
	return (await incidents(stub)).map(({ status, fixed_by }) =>
		fixed_by === null ? status : `${status} by ${fixed_by}`,
	);
}

async function attemptsOf(id: string | undefined): Promise<readonly unknown[]> {
	return ((await send(get(`/api/incidents/${id}`))).body as { attempts: unknown[] }).attempts;
}

async function finish(stub: World, id = ""): Promise<void> {
	await endCodeRun(
		stub,
		stub.cluster.made.findLast(({ incident_id }) => incident_id === id),
	);
}

/** Whose CodeRuns were made, in order. */
function agents(stub: World): readonly string[] {
	return stub.cluster.made.map(({ agent }) => agent);
}

function prompts(stub: World): readonly string[] {
	return stub.cluster.made.map(({ coderun }) => String(coderun.spec.promptModification));
}

async function clear(): Promise<void> {
	await env.JOURNAL.batch(
		["transitions", "attempts", "deliveries", "facts", "checks", "incidents"].map((table) =>
			env.JOURNAL.prepare(`DELETE FROM ${table}`),
		),
	);
}
