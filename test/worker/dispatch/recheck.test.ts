import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { type AnsweringGitHub, type Answers, answeringGitHub } from "../support/answering-github.ts";
import { attemptsOf, timelineOf } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const ID = sampleId(1);
const PULL = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const REVIEWS = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
const RUNS = "GET /repos/{owner}/{repo}/actions/runs";
const CHECKS = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
const STATUS = "GET /repos/{owner}/{repo}/commits/{ref}/status";
const BRANCH = "GET /repos/{owner}/{repo}/branches/{branch}";
const DEPENDABOT = "GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}";
const CODE = "GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}";

const SHA = "a".repeat(40);
const NEWER = "b".repeat(40);

const base: Incident = {
	id: ID,
	kind: "change",
	event: "pull_request",
	delivery_id: "d-1",
	repository: "5dlabs/cto",
	head_repository: "5dlabs/cto",
	branch: "fix/parser",
	head_sha: SHA,
	pr_number: 5,
};

function pull(fields: Readonly<Record<string, unknown>> = {}) {
	const head = { ref: "fix/parser", sha: SHA, repo: { full_name: "5dlabs/cto" } };
	return { number: 5, state: "open", title: "Parse", mergeable_state: "clean", base: { ref: "main" }, head, ...fields };
}

function runs(...conclusions: readonly (string | null)[]) {
	return {
		workflow_runs: conclusions.map((conclusion, at) => ({
			id: at + 1,
			workflow_id: at,
			run_number: 1,
			event: "push",
			status: conclusion === null ? "in_progress" : "completed",
			conclusion,
			head_sha: SHA,
		})),
	};
}

const quiet: Answers = { [CHECKS]: { check_runs: [] }, [STATUS]: { statuses: [] } };
const green: Answers = { ...quiet, [RUNS]: runs("success", "skipped") };
const red: Answers = { ...quiet, [RUNS]: runs("success", "failure") };

/** An incident that waited for its agent, and is free to go now; GitHub answers only what is given. */
async function afterWaiting(
	fields: Partial<Incident>,
	answers: Answers,
): Promise<{ stub: Stub; hub: AnsweringGitHub }> {
	const stub = stubEffects();
	await journalIncident(stub, { ...base, ...fields });
	stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
	expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting" });
	stub.relay = (_id, body) => ({
		ok: true,
		result: { result: "created", coderun_name: JSON.parse(body).coderun.metadata.name },
	});
	stub.clock += 60_000;
	const hub = answeringGitHub(answers, { reason: "forbidden", detail: "Resource not accessible by integration" });
	return { stub, hub };
}

async function goesOn(fields: Partial<Incident>, answers: Answers): Promise<string | undefined> {
	const { stub, hub } = await afterWaiting(fields, answers);
	const progress = await processIncident({ ...stub, github: hub.github }, ID);
	if (progress.state === "running") return undefined;
	if (progress.state !== "superseded") throw new Error(`it is ${progress.state}`);
	expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "superseded", reason: progress.reason });
	return progress.reason;
}

const MENDED = "nothing fails on aaaaaaa, the branch's head, and it has no conflict";

const command: Partial<Incident> = { kind: "manual", event: "issue_comment", command: { name: "fix" } };
const review: Partial<Incident> = {
	kind: "review",
	event: "pull_request_review",
	sender: { login: "5dlabs-stitch[bot]" },
	occurred_at: "2026-11-22T10:00:00Z",
};
const button: Partial<Incident> = { kind: "review", event: "check_run_remediate", app: "5dlabs-stitch", job: "review" };

function reviewed(login: string, state: string, submitted_at: string) {
	return { user: { login }, state, submitted_at };
}
const findings = reviewed("5dlabs-stitch[bot]", "CHANGES_REQUESTED", "2026-11-22T10:00:00Z");

function alert(type: string): Partial<Incident> {
	return { kind: "security", event: `${type}_alert`, branch: "main", alert: { type, number: 7 } };
}

function check(conclusion: string | null) {
	return {
		[CHECKS]: { check_runs: [{ name: "review", app: { slug: "5dlabs-stitch" }, status: "completed", conclusion }] },
	};
}

describe("an incident that waited", () => {
	it.each<[string, Partial<Incident>, Answers, string]>([
		["a change that is green by now", {}, { ...green, [PULL]: pull() }, MENDED],
		[
			"a conflict that is gone, in a repository without CI",
			{ conclusion: "merge_conflict" },
			{ ...quiet, [RUNS]: runs(), [PULL]: pull({ mergeable_state: "behind" }) },
			MENDED,
		],
		[
			"a change whose pull request is merged",
			{},
			{ [PULL]: pull({ state: "closed", merged: true }) },
			"pull request #5 was merged",
		],
		["a command on a branch that is green by now", command, { ...green, [PULL]: pull() }, MENDED],
		[
			"a command on a pull request that is closed",
			command,
			{ [PULL]: pull({ state: "closed" }) },
			"pull request #5 was closed",
		],
		[
			"a review of a pull request that is merged",
			review,
			{ [PULL]: pull({ state: "closed", merged: true }) },
			"pull request #5 was merged",
		],
		[
			"a review whose author approved since",
			review,
			{ [PULL]: pull(), [REVIEWS]: [findings, reviewed("5dlabs-stitch[bot]", "APPROVED", "2026-11-22T11:00:00Z")] },
			"5dlabs-stitch[bot] approved the pull request since",
		],
		[
			"a review that was dismissed",
			review,
			{ [PULL]: pull(), [REVIEWS]: [{ ...findings, state: "DISMISSED" }] },
			"the review was dismissed",
		],
		[
			"a button whose check passes",
			button,
			{ [PULL]: pull(), ...check("success") },
			"review of 5dlabs-stitch passed on the pull request's head",
		],
		[
			"a Dependabot alert",
			alert("dependabot"),
			{ [DEPENDABOT]: { state: "auto_dismissed" } },
			"alert #7 was closed as auto_dismissed",
		],
		[
			"an older event of one",
			alert("vulnerability"),
			{ [DEPENDABOT]: { state: "fixed" } },
			"alert #7 was closed as fixed",
		],
		[
			"a code scanning alert",
			alert("code_scanning"),
			{ [CODE]: { state: "dismissed" } },
			"alert #7 was closed as dismissed",
		],
	])("is superseded: %s", async (_what, fields, answers, reason) => {
		expect(await goesOn(fields, answers)).toBe(reason);
	});

	it.each<[string, Partial<Incident>, Answers]>([
		["a change that is still red", {}, { ...red, [PULL]: pull() }],
		["a change that is still in conflict", {}, { ...green, [PULL]: pull({ mergeable_state: "dirty" }) }],
		["a change of which GitHub does not know yet", {}, { ...green, [PULL]: pull({ mergeable_state: "unknown" }) }],
		["a change whose checks still run", {}, { ...quiet, [RUNS]: runs("success", null), [PULL]: pull() }],
		[
			"a change whose statuses GitHub does not show",
			{},
			{ [RUNS]: runs("success"), [CHECKS]: { check_runs: [] }, [PULL]: pull() },
		],
		[
			"a command with words of its own",
			{ ...command, command: { name: "fix", args: "rename it" } },
			{ ...green, [PULL]: pull() },
		],
		["a command where nothing reports", command, { ...quiet, [RUNS]: runs(), [PULL]: pull() }],
		["a review on a green branch", review, { ...green, [PULL]: pull(), [REVIEWS]: [findings] }],
		[
			"a review that somebody else approved",
			review,
			{ [PULL]: pull(), [REVIEWS]: [findings, reviewed("octocat", "APPROVED", "2026-11-22T11:00:00Z")] },
		],
		[
			"a review approved before, or asked for again since",
			review,
			{
				[PULL]: pull(),
				[REVIEWS]: [
					reviewed("5dlabs-stitch[bot]", "APPROVED", "2026-11-22T09:00:00Z"),
					findings,
					reviewed("5dlabs-stitch[bot]", "APPROVED", "2026-11-22T11:00:00Z"),
					reviewed("5dlabs-stitch[bot]", "CHANGES_REQUESTED", "2026-11-22T12:00:00Z"),
				],
			},
		],
		["a button whose check still fails", button, { ...green, [PULL]: pull(), ...check("failure") }],
		["an alert that is open", alert("dependabot"), { [DEPENDABOT]: { state: "open" } }],
		["an alert that the App may not read", alert("code_scanning"), {}],
		["a leaked secret, which nobody is asked about", alert("secret_scanning"), {}],
		["a play", { kind: "play", event: "play_stage_failure" }, { ...green, [PULL]: pull() }],
		["anything, where GitHub is silent", {}, {}],
	])("goes on: %s", async (_what, fields, answers) => {
		expect(await goesOn(fields, answers)).toBeUndefined();
	});

	it("is not asked about if it never waited, only whether its branch is one", async () => {
		const stub = stubEffects();
		await journalIncident(stub, base);
		const answers = { ...green, [PULL]: pull(), [BRANCH]: { name: "fix/parser" } };
		const hub = answeringGitHub(answers, { reason: "rate_limited", until: 0 });
		expect(await processIncident({ ...stub, github: hub.github }, ID)).toMatchObject({ state: "running" });
		expect(hub.asked).toEqual([BRANCH]);
	});
});

describe("an incident whose branch moved while it waited", () => {
	const moved = pull({ head: { ref: "fix/parser", sha: NEWER, repo: { full_name: "5dlabs/cto" } } });

	it("is decided again on the new head, once, and keeps its budget and the bytes of the earlier decision", async () => {
		const { stub, hub } = await afterWaiting(command, { ...red, [PULL]: moved });
		stub.status = () => ({ ok: true, status: { state: "gone" } });
		const effects = { ...stub, github: hub.github };
		const [before] = stub.sent;
		const reason = "its branch moved to bbbbbbb while it waited; decided again";
		expect(await processIncident(effects, ID)).toEqual({ state: "waiting", reason, next_try_at: stub.clock });
		expect(await processIncident(effects, ID)).toMatchObject({ state: "running" });
		expect(
			stub.decided.map(({ attempt, incident, previous_attempts }) => [attempt, incident.head_sha, previous_attempts]),
		).toEqual([
			[1, SHA, []],
			[2, NEWER, []],
		]);
		expect(stub.sent.map(({ id }) => id)).toEqual([`${ID}.1`, `${ID}.2`]);
		expect(
			(await attemptsOf(stub, ID)).map(({ attempt, newer_head, result }) => [attempt, newer_head, result]),
		).toEqual([
			[1, NEWER, null],
			[2, null, null],
		]);
		expect(stub.sent[0]).toEqual(before);
		expect((await timelineOf(stub, ID)).map(({ event }) => event)).toEqual(["deferred", "redecided", "spawned"]);
	});

	it("keeps a decision that may have a CodeRun already, and asks nobody without a relay", async () => {
		for (const status of [
			{ ok: true, status: { state: "running", coderun_name: "c" } },
			{ ok: false, reason: "503" },
		] as const) {
			const { stub, hub } = await afterWaiting({ ...command, id: ID }, { ...red, [PULL]: moved });
			stub.status = () => status;
			expect(await processIncident({ ...stub, github: hub.github }, ID)).toMatchObject({ state: "running" });
			expect(stub.sent.map(({ id }) => id)).toEqual([`${ID}.1`, `${ID}.1`]);
			await stub.journal.batch([
				stub.journal.prepare("DELETE FROM incidents"),
				stub.journal.prepare("DELETE FROM attempts"),
			]);
		}
	});

	it("is decided again three times at most, however often the branch moves", async () => {
		const { stub, hub } = await afterWaiting(command, red);
		stub.status = () => ({ ok: true, status: { state: "gone" } });
		const states: string[] = [];
		for (let at = 0; at < 5; at++) {
			hub.answers = { ...red, [PULL]: pull({ head: { ref: "fix/parser", sha: String(at).repeat(40), repo: null } }) };
			states.push((await processIncident({ ...stub, github: hub.github }, ID)).state);
		}
		expect(states).toEqual(["waiting", "waiting", "waiting", "running", "not_locked"]);
		expect(stub.sent.at(-1)?.id).toBe(`${ID}.4`);
	});

	it("is not decided again for an alert, nor for a branch of that name in a fork", async () => {
		for (const fields of [
			{ ...alert("dependabot"), head_sha: SHA },
			{ kind: "ci", pr_number: undefined, head_repository: "octo/cto" },
		]) {
			const { stub, hub } = await afterWaiting(fields as Partial<Incident>, { [BRANCH]: { commit: { sha: NEWER } } });
			stub.status = () => ({ ok: true, status: { state: "gone" } });
			expect(await processIncident({ ...stub, github: hub.github }, ID)).toMatchObject({ state: "running" });
			await stub.journal.batch([
				stub.journal.prepare("DELETE FROM incidents"),
				stub.journal.prepare("DELETE FROM attempts"),
			]);
		}
	});
});
