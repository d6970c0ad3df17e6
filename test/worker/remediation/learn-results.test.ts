import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import type { Signal } from "../../../pipeline/index.ts";
import { INCIDENT_COST, sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { type Answers, answeringGitHub } from "../support/answering-github.ts";
import {
	attemptsOf,
	happen,
	passUntilQuiet,
	run,
	runningRemediation,
	timelineOf,
	WORKFLOW,
} from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const FIX_BRANCH = "healer/0000000000000000";
const RUNS = "GET /repos/{owner}/{repo}/actions/runs";
const JOBS = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
const CHECKS = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
const STATUSES = "GET /repos/{owner}/{repo}/commits/{ref}/status";
const BRANCH = "GET /repos/{owner}/{repo}/branches/{branch}";
const PULL = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const done = { kind: "outcome", attempt: 1, phase: "Succeeded" } as const;
const gone = { failure: { reason: "not_found", detail: "Not Found" } };
const HOUR_MS = 3_600_000;

/** A run of GitHub Actions, as the API returns it. */
function runAnswer(changes: Record<string, unknown>): Record<string, unknown> {
	return {
		...{ id: 200, name: WORKFLOW.name, path: WORKFLOW.path, workflow_id: 7, run_number: 2, run_attempt: 1 },
		...{ status: "completed", conclusion: "success", head_branch: "fix/parser", head_sha: "sha-200" },
		head_repository: { full_name: "5dlabs/cto" },
		html_url: "https://github.com/5dlabs/cto/actions/runs/200",
		run_started_at: "2026-11-22T12:10:00Z",
		actor: { login: "5DLabs-Rex[bot]", type: "Bot" },
		...changes,
	};
}

/** GitHub with one branch: `head` is its commit, and these are its runs. There is no branch of a fix. */
function gitHub(stub: Stub, head: string, answers: Answers = {}, fix_branch = FIX_BRANCH) {
	const known = {
		[BRANCH]: { commit: { sha: head } },
		[RUNS]: { workflow_runs: [] },
		[CHECKS]: { check_runs: [] },
		[STATUSES]: { statuses: [] },
		...answers,
	};
	const answering = answeringGitHub(known, { reason: "not_found", detail: "Not Found" });
	const { asInstallation } = answering.github;
	const ask: typeof asInstallation = (of, route, parameters, signal) => {
		const isFix = route === BRANCH && (parameters as { branch?: string } | undefined)?.branch === fix_branch;
		return isFix ? Promise.resolve({ ok: false, ...gone } as never) : asInstallation(of, route, parameters, signal);
	};
	Object.assign(stub, { github: { ...answering.github, asInstallation: ask, web_url: "https://github.com" } });
	return answering;
}

/** As if GitHub had been asked when it was decided: the agent pushes to the branch itself. */
async function knowBranch(stub: Stub, id: string): Promise<void> {
	const update = "UPDATE incidents SET incident = json_set(incident, '$.branch_state', 'exists') WHERE id = ?1";
	await stub.journal.prepare(update).bind(id).run();
}

/** A failed run whose agent is done. */
async function awaitingCi(): Promise<Stub> {
	const stub = stubEffects();
	await runningRemediation(stub, ID);
	await knowBranch(stub, ID);
	await happen(stub, ID, done);
	return stub;
}

/** The same without an outcome yet, for any kind. */
async function begun(id: string, fields: Partial<Incident>, red: readonly unknown[] = []): Promise<Stub> {
	const stub = stubEffects();
	const { run_id: _run, ...incident } = sampleIncident({ id, branch: "fix/parser", head_sha: "sha-100", ...fields });
	await journalIncident(stub, { ...incident, ...(fields.run_id !== undefined && { run_id: fields.run_id }) });
	await sweepDue(stub);
	await knowBranch(stub, id);
	await stub.journal.prepare("UPDATE attempts SET red = ?1 WHERE incident_id = ?2").bind(JSON.stringify(red), id).run();
	return stub;
}

const rowOf = async (stub: Stub) => await findIncident(stub.journal, ID);
const statusOf = async (stub: Stub) => (await rowOf(stub))?.status;

async function later(stub: Stub, ms: number): Promise<void> {
	stub.clock += ms;
	await happen(stub, ID, { kind: "signal", signal: { ...job(stub, "unrelated"), branch: "elsewhere" } });
}

/** The success of a job whose run never reports. */
function job(stub: Stub, name: string, changes: Partial<Signal> = {}): Signal {
	const { signal } = run("success", 200, stub, { workflow: { name: WORKFLOW.name }, job: name, ...changes }) as {
		signal: Signal;
	};
	const { head_repository: _named, ...rest } = signal;
	return { ...rest, ...changes };
}

/** The same as a check run of GitHub Actions reports it. */
function actionsCheck(stub: Stub, name: string, changes: Partial<Signal> = {}): Signal {
	const { workflow: _1, run_id: _2, actor: _3, ...rest } = job(stub, name);
	return { ...rest, app: "github-actions", ...changes };
}

describe("a fix whose run never reports", () => {
	it.each([
		["a job", job],
		["a check run of GitHub Actions", actionsCheck],
	])("is fixed by %s that passes on the head that GitHub names", async (_what, part) => {
		const stub = await awaitingCi();
		const { asked } = gitHub(stub, "sha-200");
		await happen(stub, ID, { kind: "signal", signal: part(stub, "clippy") });
		expect(await statusOf(stub)).toBe("awaiting_ci");
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({ status: "fixed", fixed_by: part === job ? "agent" : "other" });
		expect(asked).toContain(RUNS);
	});

	it("is fixed by a suite of GitHub Actions, once GitHub shows that its run passed", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200", { [RUNS]: { workflow_runs: [runAnswer({})] } });
		const { job: _none, ...suite } = actionsCheck(stub, "");
		await happen(stub, ID, { kind: "signal", signal: suite });
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({
			status: "fixed",
			fixed_by: "agent",
			reason: "CI passed: https://github.com/5dlabs/cto/actions/runs/200",
		});
	});

	it.each([
		["a commit that is not the branch's head", { head_sha: "sha-of-a-stranger" }, "clippy"],
		["another job", {}, "lint"],
	])("is not fixed by the job of %s", async (_what, changes, name) => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200");
		await happen(stub, ID, { kind: "signal", signal: actionsCheck(stub, name, changes) });
		await later(stub, 6000);
		expect(await statusOf(stub)).toBe("awaiting_ci");
	});

	it("is not fixed by a job while the run goes on, and fails with it", async () => {
		const stub = await awaitingCi();
		const hub = gitHub(stub, "sha-200", {
			[RUNS]: { workflow_runs: [runAnswer({ status: "in_progress", conclusion: null })] },
		});
		await happen(stub, ID, { kind: "signal", signal: job(stub, "clippy") });
		await later(stub, 6000);
		expect(await statusOf(stub)).toBe("awaiting_ci");

		const steps = [{ name: "cargo test", conclusion: "failure" }];
		const jobs = [{ id: 1, name: "test", conclusion: "failure", html_url: "https://github.com/x", steps }];
		hub.answers = {
			...hub.answers,
			[RUNS]: { workflow_runs: [runAnswer({ conclusion: "failure" })] },
			[JOBS]: { jobs },
		};
		await later(stub, 60_000);
		await later(stub, 6000);
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{ result: "ci_still_failing", ci_summary: "failed: test: cargo test" },
		]);
	});

	it("counts the agent's own job where no GitHub App is configured, and nobody else's", async () => {
		for (const [signal, status] of [
			[(stub: Stub) => job(stub, "clippy"), "fixed"],
			[(stub: Stub) => actionsCheck(stub, "clippy"), "awaiting_ci"],
		] as const) {
			const id = status === "fixed" ? sampleId(11) : sampleId(12);
			const stub = stubEffects();
			await runningRemediation(stub, id);
			await happen(stub, id, done);
			await happen(stub, id, { kind: "signal", signal: signal(stub) });
			stub.clock += 6000;
			await sweepDue(stub);
			await happen(stub, id, { kind: "signal", signal: { ...signal(stub), branch: "elsewhere" } });
			expect((await findIncident(stub.journal, id))?.status).toBe(status);
		}
	});
});

describe("CI that said nothing by its deadline", () => {
	it("is asked for: a delivery that was lost still fixes", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200", { [RUNS]: { workflow_runs: [runAnswer({})] } });
		await later(stub, HOUR_MS - 1000);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		await later(stub, 1000);
		expect(await rowOf(stub)).toMatchObject({ status: "fixed", fixed_by: "agent" });
		expect((await timelineOf(stub, ID)).map(({ event }) => event)).toEqual(["spawned", "agent_finished", "ci_passed"]);
	});

	it("costs no more than the sweep reserves for an incident", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200", { [RUNS]: { workflow_runs: [runAnswer({})] } });
		stub.clock += HOUR_MS;
		stub.begin();
		await passUntilQuiet(stub, ID, 1000, 1);
		expect(stub.spent().statements).toBeLessThanOrEqual(INCIDENT_COST.statements);
		expect(stub.spent().subrequests).toBeLessThanOrEqual(INCIDENT_COST.subrequests);
	});

	it("waits for what still runs, a day at most, then for a person", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200", { [RUNS]: { workflow_runs: [runAnswer({ status: "queued", conclusion: null })] } });
		await later(stub, HOUR_MS);
		await later(stub, 23 * HOUR_MS);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		await later(stub, HOUR_MS);
		expect(await rowOf(stub)).toMatchObject({ status: "escalated" });
		expect((await timelineOf(stub, ID)).at(-1)?.reason ?? (await rowOf(stub))?.reason).toContain(
			"Controller CI still runs",
		);
	});

	it("is unverified if nothing ran on the agent's commit, and nobody is notified", async () => {
		const stub = await awaitingCi();
		const { asked } = gitHub(stub, "sha-200");
		await later(stub, HOUR_MS);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "unverified",
			reason: "nothing ran on the agent's commit, as GitHub confirms",
			escalation_url: null,
		});
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "unverified" }]);
		expect(asked.filter((route) => route.startsWith("POST"))).toEqual([]);
	});

	it("asks a person if GitHub has other results alone", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-200", {
			[RUNS]: { workflow_runs: [runAnswer({ name: "Docs", path: ".github/workflows/docs.yaml" })] },
		});
		await later(stub, HOUR_MS);
		expect(await rowOf(stub)).toMatchObject({ status: "escalated" });
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "ci_silent" }]);
	});

	it("is a failed attempt if the branch is still at the commit that failed", async () => {
		const stub = await awaitingCi();
		gitHub(stub, "sha-100", { [RUNS]: { workflow_runs: [] } });
		await later(stub, HOUR_MS);
		expect(await rowOf(stub)).toMatchObject({
			status: "waiting",
			attempt: 2,
			reason: "the agent finished and pushed nothing; attempt 2 follows: 2 of 3 attempts are left",
		});
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "agent_failed", signature: "nothing pushed" }]);
	});

	it("waits for the end of a rate limit before it asks again", async () => {
		const stub = await awaitingCi();
		const until = stub.clock + HOUR_MS + 1_800_000;
		const hub = gitHub(stub, "sha-200", { [RUNS]: { failure: { reason: "rate_limited", until } } });
		await later(stub, HOUR_MS);
		expect((await rowOf(stub))?.next_try_at).toBe(until);
		const before = hub.asked.length;
		await later(stub, 1_799_000);
		expect(hub.asked).toHaveLength(before);
		hub.answers = { ...hub.answers, [RUNS]: { workflow_runs: [runAnswer({})] } };
		await later(stub, 1000);
		expect(await statusOf(stub)).toBe("fixed");
	});

	it("asks an unreachable GitHub for a day, at growing intervals, then a person, with the true reason", async () => {
		const stub = await awaitingCi();
		const hub = gitHub(stub, "sha-200", { [BRANCH]: { failure: { reason: "unavailable", detail: "502" } } });
		const { clock } = stub;
		for (let hour = 0; hour < 24; hour++) await later(stub, HOUR_MS);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		const asked = hub.asked.length;
		await later(stub, HOUR_MS);
		expect([stub.clock - clock, await statusOf(stub)]).toEqual([25 * HOUR_MS, "escalated"]);
		expect(asked).toBeLessThan(60);
		expect((await rowOf(stub))?.reason).toContain("GitHub gave no answer for a day: GitHub gave no answer: 502");
	});

	it("asks a person at once if the App may not read the results", async () => {
		const stub = await awaitingCi();
		const refused = { failure: { reason: "forbidden", detail: "Resource not accessible by integration" } };
		gitHub(stub, "sha-200", { [RUNS]: refused, [CHECKS]: refused, [STATUSES]: refused });
		await later(stub, HOUR_MS);
		expect((await rowOf(stub))?.reason).toContain("Resource not accessible by integration");
		expect(await statusOf(stub)).toBe("escalated");
	});
});

/** An incident of this kind whose agent is done; `red`: what was red when it was chosen. */
async function finished(fields: Partial<Incident>, red: readonly unknown[] = []): Promise<Stub> {
	const stub = await begun(ID, fields, red);
	await happen(stub, ID, done);
	return stub;
}

const MANUAL = { kind: "manual", event: "issue_comment", pr_number: 7 } as const;
const REVIEW = { kind: "review", event: "pull_request_review", pr_number: 7 } as const;
const CI = { workflow: WORKFLOW, job: "clippy" };
const pull = (changes: Record<string, unknown> = {}) => ({
	number: 7,
	state: "open",
	html_url: "https://github.com/5dlabs/cto/pull/7",
	head: { ref: "fix/parser", sha: "sha-200", repo: { full_name: "5dlabs/cto" } },
	mergeable_state: "clean",
	...changes,
});

describe("a remediation that no failed run began", () => {
	it("is fixed when what was red on the head passes on the agent's commit", async () => {
		const stub = await finished(MANUAL, [CI]);
		await happen(stub, ID, run("success", 200, stub, { workflow: { name: "Docs" } }));
		expect(await statusOf(stub)).toBe("awaiting_ci");
		await happen(stub, ID, run("success", 201, stub));
		expect(await rowOf(stub)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("gets another attempt when that is still red on the agent's commit", async () => {
		const stub = await finished(MANUAL, [CI]);
		await happen(stub, ID, run("failure", 200, stub, { job: "clippy", failed_steps: ["cargo clippy"] }));
		await happen(stub, ID, run("failure", 200, stub));
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("is fixed when nothing is red on the agent's commit, if nothing was known to be", async () => {
		const stub = await finished(REVIEW);
		gitHub(stub, "sha-200", { [PULL]: pull() });
		await happen(stub, ID, run("success", 200, stub));
		expect(await statusOf(stub)).toBe("awaiting_ci");
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("waits while something still runs there, and fails with it", async () => {
		const stub = await finished(REVIEW);
		const docs = { id: 201, name: "Docs", path: ".github/workflows/docs.yaml", workflow_id: 8 };
		const hub = gitHub(stub, "sha-200", {
			[PULL]: pull(),
			[RUNS]: { workflow_runs: [runAnswer({}), runAnswer({ ...docs, status: "in_progress", conclusion: null })] },
		});
		await happen(stub, ID, run("success", 200, stub));
		await later(stub, 6000);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		hub.answers = {
			...hub.answers,
			[RUNS]: { workflow_runs: [runAnswer({}), runAnswer({ ...docs, conclusion: "failure" })] },
			[JOBS]: { jobs: [] },
		};
		await later(stub, 60_000);
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("is fixed without a GitHub App by a run of the branch, and unverified when none reports", async () => {
		const fixed = await finished(REVIEW);
		await happen(fixed, ID, run("success", 200, fixed));
		expect((await passUntilQuiet(fixed, ID)).status).toBe("fixed");
	});

	it("is unverified without a GitHub App when nothing reports, and nobody is notified", async () => {
		const stub = await finished(MANUAL);
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "unverified",
			reason: "CI reported nothing in time",
			escalation_url: null,
		});
	});

	it("is fixed by what passes after it ended as unverified", async () => {
		const stub = await finished(MANUAL, [CI]);
		expect((await passUntilQuiet(stub, ID)).status).toBe("unverified");
		await happen(stub, ID, run("success", 200, stub));
		expect(await statusOf(stub)).toBe("fixed");
	});

	it("is unverified if a review's agent pushed nothing, and tried again if something is still red", async () => {
		for (const [kind, red, status] of [
			[REVIEW, [], "unverified"],
			[MANUAL, [CI], "waiting"],
		] as const) {
			const stub = await finished(kind, red);
			gitHub(stub, "sha-100", { [PULL]: pull({ head: { ...pull().head, sha: "sha-100" } }) });
			await later(stub, HOUR_MS);
			expect(await statusOf(stub)).toBe(status);
			for (const table of ["attempts", "incidents", "deliveries"])
				await stub.journal.prepare(`DELETE FROM ${table}`).run();
		}
	});

	it("is fixed when the pull request has no conflict any more, asked soon and again while GitHub computes", async () => {
		const stub = await finished({ kind: "change", event: "pull_request", pr_number: 7, conclusion: "merge_conflict" }, [
			{ app: "github/mergeable" },
		]);
		const hub = gitHub(stub, "sha-200", { [PULL]: pull({ mergeable_state: "unknown" }) });
		await later(stub, 6000);
		expect(await statusOf(stub)).toBe("awaiting_ci");
		const before = hub.asked.length;
		await later(stub, 16_000);
		expect(hub.asked.length).toBeGreaterThan(before);
		hub.answers = { ...hub.answers, [PULL]: pull({ mergeable_state: "blocked" }) };
		await later(stub, 60_000);
		expect(await rowOf(stub)).toMatchObject({
			status: "fixed",
			fixed_by: "agent",
			reason: "the pull request has no conflict any more: https://github.com/5dlabs/cto/pull/7",
		});
	});

	it("gets another attempt when the conflict is still there", async () => {
		const stub = await finished({ kind: "change", event: "pull_request", pr_number: 7 }, [{ app: "github/mergeable" }]);
		gitHub(stub, "sha-200", { [PULL]: pull({ mergeable_state: "dirty" }) });
		await later(stub, 6000);
		await later(stub, 6000);
		expect(await rowOf(stub)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("is unverified if GitHub never computes whether the pull request can be merged", async () => {
		const stub = await finished({ kind: "change", event: "pull_request", pr_number: 7 }, [{ app: "github/mergeable" }]);
		gitHub(stub, "sha-200", { [PULL]: pull({ mergeable_state: "unknown" }) });
		expect(await passUntilQuiet(stub, ID)).toMatchObject({
			status: "unverified",
			reason: "GitHub does not say whether the pull request can be merged",
		});
	});

	const PLAY = { kind: "play", event: "play_stage_failure", workflow: { name: "7" }, job: "quality" } as const;
	it.each([
		["another stage passes", { reports: "success", job: "security" }, "fixed"],
		["another stage fails", { reports: "failure", job: "security" }, "fixed"],
		["its stage passes", { reports: "success", job: "quality" }, "fixed"],
		["a stage of another play passes", { reports: "success", job: "security", app: "play/8" }, "unverified"],
		["nothing is reported", undefined, "unverified"],
	] as const)("of a play whose agent is done ends right when %s", async (_what, reported, status) => {
		const stub = await finished(PLAY);
		const { reports, ...changes } = reported ?? { reports: "success" };
		const { signal } = run(reports, 200, stub, { app: "play/7", ...changes }) as { signal: Signal };
		const { workflow: _1, run_id: _2, head_sha: _3, actor: _4, ...event } = signal;
		if (reported !== undefined) await happen(stub, ID, { kind: "signal", signal: event });
		expect((await passUntilQuiet(stub, ID)).status).toBe(status);
	});

	it("of an alert waits for its merge when the checks of its fix pass: the alert is the default branch's", async () => {
		const alert = { kind: "security", event: "dependabot_alert", branch: "main", default_branch: "main" } as const;
		const stub = await finished(alert);
		await happen(stub, ID, run("success", 200, stub, { branch: FIX_BRANCH }));
		expect(await statusOf(stub)).toBe("awaiting_merge");
	});
});

describe("results in any order, each once or twice", () => {
	const CHECK = { workflow: WORKFLOW, job: "clippy", run_id: "100" };
	const KINDS = { ci: [CHECK, []], manual: [MANUAL, [CI]], any: [MANUAL, []], review: [REVIEW, []] } as const;
	const PARTS = {
		job: (stub: Stub) => job(stub, "clippy"),
		check: (stub: Stub) => actionsCheck(stub, "clippy"),
		suite: (stub: Stub) => {
			const { job: _none, ...suite } = actionsCheck(stub, "");
			return suite;
		},
		run: (stub: Stub) => (run("success", 200, stub) as { signal: Signal }).signal,
		red: (stub: Stub) => (run("failure", 201, stub) as { signal: Signal }).signal,
	};
	type Part = keyof typeof PARTS | "outcome";

	it.each<[string, readonly Part[], Record<string, unknown>, string]>([
		["all green", ["outcome", "job", "check", "suite", "run"], {}, "fixed"],
		["jobs and check runs alone", ["outcome", "job", "check", "suite"], {}, "fixed"],
		["nothing, as every delivery is lost", ["outcome"], {}, "fixed"],
		[
			"green, then red",
			["outcome", "job", "run", "red"],
			{ id: 201, conclusion: "failure", head_sha: "sha-201" },
			"again",
		],
	])(
		"end the same for every kind: %s",
		async (_what, parts, answer, end) => {
			const order = fc.record({
				kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
				keys: fc.array(fc.tuple(fc.nat(), fc.option(fc.nat())), { minLength: 5, maxLength: 5 }),
			});
			await fc.assert(
				fc.asyncProperty(order, async ({ kind, keys }) => {
					const id = sampleId(++ids);
					const branch = `fix/${id}`;
					const [fields, red] = KINDS[kind];
					const stub = await begun(id, { ...fields, branch, ...(kind === "ci" ? {} : { pr_number: ids }) }, red);
					const head = answer.head_sha ?? "sha-200";
					const answers = {
						[RUNS]: { workflow_runs: [runAnswer({ ...answer, head_branch: branch })] },
						[PULL]: pull({ head: { ref: branch, sha: head, repo: { full_name: "5dlabs/cto" } } }),
						[JOBS]: { jobs: [] },
					};
					gitHub(stub, String(head), answers, `healer/${id.slice(0, 16)}`);
					const told = parts
						.flatMap((part, at) => (keys[at] ?? []).flatMap((key) => (key === null ? [] : [{ part, key }])))
						.toSorted((one, other) => one.key - other.key);
					for (const { part } of told) {
						if (part === "outcome") await happen(stub, id, done);
						else await happen(stub, id, { kind: "signal", signal: { ...PARTS[part](stub), branch } });
					}
					for (let hour = 0; hour < 3; hour++) {
						stub.clock += hour === 0 ? 6000 : HOUR_MS;
						await reconcile(stub, id);
					}
					const incident = await findIncident(stub.journal, id);
					expect(incident?.attempt === 2 ? "again" : incident?.status).toBe(end);
				}),
				{ numRuns: runs(20, 4) },
			);
		},
		120_000,
	);
});

let ids = 1000;
