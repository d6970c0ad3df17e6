import { describe, expect, it } from "vitest";
import { retryRemediation, stopRemediation } from "../../../worker/remediation/actions.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { mergeGitHub } from "../support/merge-github.ts";
import {
	agentDone,
	DAY,
	deliverRed,
	finish,
	HOUR,
	pass,
	protectingStub,
	pullRequest,
	redOf,
	rowOf,
	runEnds,
} from "../support/merge-life.ts";
import { attemptsOf, timelineOf } from "../support/remediation-life.ts";
import { sampleId } from "../support/sample-incident.ts";
import type { Stub } from "../support/stub-effects.ts";

const ID = sampleId(0xa1);
const OTHER = sampleId(0xb2);
const BASE = "release/1";
const NIGHTS = runs(20, 5);
const FIX = `healer/${ID.slice(0, 16)}`;

/** The agent fixed BASE in pull request 12, which passes on its branch. */
async function passingFix(): Promise<Stub> {
	const stub = protectingStub();
	await agentDone(stub, ID, BASE, 12);
	await runEnds(stub, ID, "success", 200, { branch: FIX });
	return stub;
}

describe("a fix of a protected branch", () => {
	it("waits for its merge when CI passes on its branch, and is fixed by the agent once a person merged it", async () => {
		const stub = await passingFix();
		await pass(stub, HOUR);
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "awaiting_merge",
			ended_at: null,
			blocked_on: null,
			reason: `the fix passes on ${FIX}: https://github.com/5dlabs/cto/actions/runs/200; pull request #12 waits to be merged`,
		});
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 300, { branch: BASE });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent", fixed_at: stub.clock });
		expect(await attemptsOf(stub, ID)).toMatchObject([{ attempt: 1, result: "fixed", pull_request: 12 }]);
		expect((await timelineOf(stub, ID)).map(({ event }) => event)).toEqual([
			"spawned",
			"agent_finished",
			"fix_passed",
			"merged",
			"ci_passed",
		]);
	});

	it("is fixed by somebody else when the branch passes without the merge", async () => {
		const stub = await passingFix();
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 300, { branch: BASE });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "other" });
	});

	it("keeps further failures of the check to itself, for weeks, each run once", async () => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE, 12);
		const during = await deliverRed(stub, redOf(stub, OTHER, BASE, 150));
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		const answers = [during];
		for (let night = 1; night <= NIGHTS; night++) {
			await pass(stub, DAY);
			const again = redOf(stub, sampleId(0xb2 + night), BASE, 300 + night);
			answers.push(await deliverRed(stub, again), await deliverRed(stub, { ...again, delivery_id: "d-again" }));
		}
		expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
			new Set([JSON.stringify({ status: "duplicate", incident_id: ID, dueInMs: 0, isFailedAgain: true })]),
		);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		expect(stub.sent).toHaveLength(1);
		const again = (await timelineOf(stub, ID)).filter(({ event }) => event === "failed_again");
		expect(again).toHaveLength(1 + NIGHTS);
		expect(again.at(-1)).toMatchObject({ to_status: "awaiting_merge", reason: `run ${300 + NIGHTS} on release/1` });
	});

	it.each([
		["another job", "accepted", { job: "frontend-lint" }],
		["the same job among others", "duplicate", { jobs: ["frontend-lint", "clippy"] }],
		["a part of the same matrix", "duplicate", { job: "clippy (1.90)" }],
		["a job that nobody named", "duplicate", { job: undefined }],
		["another workflow", "accepted", { workflow: { name: "Docs" } }],
		["another branch", "accepted", { branch: "release/2" }],
		["a fork's branch of the same name", "accepted", { head_repository: "someone/cto" }],
	])("of %s, a failure is %s", async (_name, status, changes) => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE, 12);
		const { job, ...failure } = { ...redOf(stub, OTHER, BASE, 300), ...changes };
		const incident = job === undefined ? failure : { ...failure, job };
		expect((await deliverRed(stub, incident)).status).toBe(status);
	});

	it("ends what was waiting for the same check before it was sent", async () => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE, 12);
		// As if it had been stored just before the first one was sent.
		const waiting = redOf(stub, OTHER, BASE, 150);
		await stub.journal.prepare("UPDATE incidents SET status = 'accepted' WHERE id = ?1").bind(ID).run();
		expect((await deliverRed(stub, waiting)).status).toBe("accepted");
		await stub.journal.prepare("UPDATE incidents SET status = 'awaiting_ci' WHERE id = ?1").bind(ID).run();
		await pass(stub, 60_000);
		expect(await rowOf(stub, OTHER)).toMatchObject({
			status: "superseded",
			reason: `its failure belongs to the open fix of incident ${ID}`,
		});
		expect((await rowOf(stub, ID)).status).toBe("awaiting_ci");
		expect(stub.sent).toHaveLength(1);
	});

	it("goes to a person when its pull request is closed, with the failure since", async () => {
		const stub = await passingFix();
		await pass(stub, 60_000);
		await deliverRed(stub, redOf(stub, OTHER, BASE, 300));
		await pullRequest(stub, ID, "closed", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "escalated",
			reason:
				"pull request #12 of the fix was closed without a merge; release/1 failed again since: https://github.com/5dlabs/cto/actions/runs/300; nobody was notified: no GitHub App is configured",
		});
		expect(await attemptsOf(stub, ID)).toMatchObject([{ attempt: 1, result: "unmerged" }]);
		// The next failure is a new incident: this fix is not wanted.
		expect((await deliverRed(stub, redOf(stub, sampleId(0xb3), BASE, 400))).status).toBe("accepted");
	});

	it("is known by its branch, if the agent named no pull request; a fork's branch of that name is not it", async () => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pullRequest(stub, ID, "closed", { branch: FIX, pr_number: 66, head_repository: "someone/cto" });
		await pass(stub, 60_000);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 300, { branch: BASE });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("gets another attempt when the branch fails with it, which does not pass by what passed before", async () => {
		const stub = await passingFix();
		await pass(stub, 60_000);
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		expect((await deliverRed(stub, redOf(stub, OTHER, BASE, 300))).status).toBe("duplicate");
		await pass(stub, 10_000);
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "waiting",
			attempt: 2,
			reason: "CI still fails after the fix was merged; attempt 2 follows: 2 of 3 attempts are left",
		});
		await pass(stub, 150_000);
		expect(stub.sent).toHaveLength(2);
		expect(stub.decided.at(-1)?.previous_attempts).toEqual([
			{
				attempt: 1,
				agent: "rex",
				outcome: "ci_still_failing",
				pull_request_url: "https://github.com/5dlabs/cto/pull/12",
				pull_request: 12,
				pull_request_state: "merged",
				ci: "failed: clippy https://github.com/5dlabs/cto/actions/runs/300",
			},
		]);
		await finish(stub, ID, 2, 13);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_ci");
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 400, { branch: FIX });
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 13 });
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 500, { branch: BASE });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("is judged by a failure that a sensor reports", async () => {
		const stub = await passingFix();
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		const red = redOf(stub, OTHER, BASE, 300);
		expect(await deliverRed(stub, { ...red, started_at: new Date(stub.clock).toISOString() }, "sensor")).toMatchObject({
			status: "duplicate",
			incident_id: ID,
		});
		await pass(stub, 10_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("is not judged by a rerun of the old commit after its merge", async () => {
		const stub = await passingFix();
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		await runEnds(stub, ID, "failure", 100, { branch: BASE, run_attempt: 2 });
		await pass(stub, 60_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "awaiting_merge", attempt: 1 });
	});

	it("counts as fixed when it was merged and CI says nothing about the branch by the deadline", async () => {
		const stub = await passingFix();
		await pass(stub, 2 * DAY);
		await pullRequest(stub, ID, "merged", { branch: FIX, pr_number: 12 });
		await pass(stub, HOUR - 1000);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pass(stub, 2000);
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "fixed",
			fixed_by: "agent",
			reason: "pull request #12 was merged; CI reported nothing about it",
		});
	});

	it("waits for its merge when its branch never runs the failed check, as a nightly one", async () => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX, workflow: { name: "Pull requests" } });
		await pass(stub, HOUR + 60_000);
		expect(await rowOf(stub, ID)).toMatchObject({
			status: "awaiting_merge",
			reason: "CI reported nothing about the check on the branch of the fix; pull request #12 waits to be merged",
		});
	});

	it.each([
		["another check fails on its branch", 12, { workflow: { name: "Pull requests" } }],
		["nobody knows of a pull request", undefined, undefined],
	])("goes to a person when its branch never runs the failed check and %s", async (_name, pr, red) => {
		const stub = protectingStub();
		await agentDone(stub, ID, BASE, pr);
		if (red !== undefined) await runEnds(stub, ID, "failure", 200, { branch: FIX, ...red });
		await pass(stub, HOUR + 60_000);
		expect((await rowOf(stub, ID)).status).toBe("escalated");
		expect(await attemptsOf(stub, ID)).toMatchObject([{ result: "ci_silent" }]);
	});

	it("is tried again when its branch turns red before the merge", async () => {
		const stub = await passingFix();
		await pass(stub, 60_000);
		await runEnds(stub, ID, "failure", 201, { branch: FIX });
		await pass(stub, 10_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "waiting", attempt: 2 });
		// And passes in the pause after all.
		await runEnds(stub, ID, "success", 202, { branch: FIX });
		await pass(stub, 150_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "awaiting_merge" });
		expect(stub.sent).toHaveLength(1);
	});

	it("ends when a person says stop", async () => {
		const stub = await passingFix();
		expect(await stopRemediation(stub, ID, "octocat")).toEqual({ ok: true, status: "cancelled", attempt: 1 });
		await pass(stub, HOUR);
		expect((await rowOf(stub, ID)).status).toBe("cancelled");
	});

	it("starts over after a person retried it, though its pull request was closed", async () => {
		const stub = await passingFix();
		await pullRequest(stub, ID, "closed", { branch: FIX, pr_number: 12 });
		await pass(stub, 60_000);
		expect(await retryRemediation(stub, ID, "octocat")).toEqual({ ok: true, status: "waiting", attempt: 2 });
		await pass(stub, 60_000);
		expect(stub.sent).toHaveLength(2);
		await finish(stub, ID, 2, 14);
		await pass(stub, 60_000);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_ci");
	});
});

describe("without the events of pull requests", () => {
	it("learns of the merge from GitHub, at growing intervals", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, DAY);
		// After 1 h, 2 h, 4 h, 8 h, then every 6 h.
		expect(hub.asked).toEqual(Array(6).fill("GET pulls/12"));
		const merged_at = new Date(stub.clock).toISOString();
		hub.pulls = [{ number: 12, branch: FIX, state: "closed", merged_at }];
		await pass(stub, 8 * HOUR);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
	});

	it("asks before it says who fixed it", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 60_000);
		hub.pulls = [{ number: 12, branch: FIX, state: "closed", merged_at: new Date(stub.clock).toISOString() }];
		await pass(stub, 60_000);
		await runEnds(stub, ID, "success", 300, { branch: BASE });
		expect(await rowOf(stub, ID)).toMatchObject({ status: "fixed", fixed_by: "agent" });
		expect(hub.asked).toEqual(["GET pulls/12"]);
	});

	it("asks when the branch fails again: it may have been merged", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 60_000);
		hub.pulls = [{ number: 12, branch: FIX, state: "closed", merged_at: new Date(stub.clock).toISOString() }];
		await pass(stub, 60_000);
		await deliverRed(stub, redOf(stub, OTHER, BASE, 300));
		await pass(stub, 10_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "waiting", attempt: 2 });
	});

	it("finds the pull request that the agent did not name", async () => {
		const stub = protectingStub();
		asks(stub, [
			{ number: 66, branch: FIX, state: "open", head_repository: "5dlabs/a-fork" },
			{ number: 12, branch: FIX, state: "open" },
		]);
		await agentDone(stub, ID, BASE);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 60_000);
		expect(await attemptsOf(stub, ID)).toMatchObject([
			{ pull_request: 12, pull_request_url: "https://github.com/5dlabs/cto/pull/12" },
		]);
	});

	it("goes to a person when there is none", async () => {
		const stub = protectingStub();
		const hub = asks(stub, []);
		await agentDone(stub, ID, BASE);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, HOUR - 60_000);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_merge");
		await pass(stub, 2 * 60_000);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "escalated" });
		expect((await rowOf(stub, ID)).reason).toContain("nobody opened a pull request for it");
		expect(hub.asked).toEqual(["GET pulls", "GET pulls"]);
	});

	it("waits for GitHub before a person is asked about a fix whose branch never runs the check", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		hub.silent = { reason: "unavailable", detail: "502: Bad Gateway" };
		await agentDone(stub, ID, BASE);
		await pass(stub, 5 * HOUR);
		expect((await rowOf(stub, ID)).status).toBe("awaiting_ci");
		hub.silent = undefined;
		await pass(stub, 7 * HOUR);
		expect(await rowOf(stub, ID)).toMatchObject({ status: "awaiting_merge" });
	});

	it("sends no request before GitHub's rate limit allows it", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		hub.silent = { reason: "rate_limited", until: stub.clock + 5 * HOUR };
		await agentDone(stub, ID, BASE);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 4 * HOUR);
		expect(hub.asked).toEqual(["GET pulls"]);
		hub.silent = undefined;
		await pass(stub, 2 * HOUR);
		expect(await attemptsOf(stub, ID)).toMatchObject([{ pull_request: 12 }]);
	});
});

describe("the reminder of a fix that nobody merges", () => {
	it("is one comment on its pull request, after three days", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 3 * DAY - HOUR);
		expect(hub.comments).toEqual([]);
		await pass(stub, 10 * DAY);
		expect(hub.comments).toMatchObject([{ issue: 12 }]);
		expect(hub.comments[0]?.body).toContain("### This fix waits to be merged");
		expect((await timelineOf(stub, ID)).filter(({ event }) => event === "reminded")).toMatchObject([
			{ to_status: "awaiting_merge", reason: "pull request #12 waits to be merged" },
		]);
	});

	it("is not written for what was merged meanwhile", async () => {
		const stub = protectingStub();
		const hub = asks(stub, [{ number: 12, branch: FIX, state: "open" }]);
		await agentDone(stub, ID, BASE, 12);
		await runEnds(stub, ID, "success", 200, { branch: FIX });
		await pass(stub, 3 * DAY - HOUR);
		hub.pulls = [{ number: 12, branch: FIX, state: "closed", merged_at: new Date(stub.clock).toISOString() }];
		await pass(stub, DAY);
		expect(hub.comments).toEqual([]);
		expect((await rowOf(stub, ID)).status).toBe("fixed");
	});
});

function asks(stub: Stub, pulls: Parameters<typeof mergeGitHub>[0]): ReturnType<typeof mergeGitHub> {
	const hub = mergeGitHub(pulls);
	Object.assign(stub, { github: hub.github });
	return hub;
}
