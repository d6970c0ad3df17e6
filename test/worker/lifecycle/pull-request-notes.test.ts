import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { example, type Payload } from "../support/failed-job.ts";
import { happen, timelineOf } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects } from "../support/stub-effects.ts";

const [FIXED, OTHER] = [sampleId(1), sampleId(2)];
const OWN = { full_name: "5dlabs/cto" };
const REF = `refs/heads/gh-readonly-queue/release/v2/pr-42-${"a".repeat(40)}`;
const COMMIT = "b1c2d3e".padEnd(40, "0");
let stub: Stub;
let sent = 0;

/** Two incidents on branches of their own; the fix of the first one is pull request 42, the second's own one is 7. */
beforeEach(async () => {
	stub = stubEffects();
	await journalIncident(stub, sampleIncident({ id: FIXED, run_id: "1", branch: "main" }));
	await journalIncident(stub, sampleIncident({ id: OTHER, run_id: "2", branch: "feat/x", pr_number: 7 }));
	await sweepDue(stub);
	await happen(stub, FIXED, { kind: "outcome", attempt: 1, phase: "Succeeded", pr: 42 });
	stub.activeEngine = await currentEngine(env, Date.now(), stub.log);
});

/** GitHub's own example of the event, with the changes. */
async function deliver(event: string, action: string, changes: object) {
	const payload = { ...example(event), repository: { ...example(event).repository, ...OWN }, action, ...changes };
	stub.begin();
	return await acceptDelivery(stub, { event, delivery_id: `d-${++sent}`, payload }, "github", stub.log);
}

async function group(
	action: string,
	changes: { readonly ref?: string; readonly commit?: string; readonly reason?: string },
) {
	const { ref = REF, commit = COMMIT, reason } = changes;
	const merge_group = { ...example("merge_group").merge_group, head_ref: ref, head_sha: commit };
	return await deliver("merge_group", action, { merge_group, ...(reason !== undefined && { reason }) });
}

async function review(state: string, number: number, head: { readonly ref: string; readonly repo: object | null }) {
	const { pull_request, review: given } = example("pull_request_review") as unknown as Record<string, Payload>;
	return await deliver("pull_request_review", state === "dismissed" ? "dismissed" : "submitted", {
		review: { ...given, state },
		pull_request: { ...pull_request, number, head: { ...pull_request?.head, ...head } },
		sender: { login: "octocat", type: "User" },
	});
}

async function notesOf(id: string): Promise<readonly (readonly [string, string | null])[]> {
	const notes = ["queued", "dequeued", "reviewed"];
	return (await timelineOf(stub, id))
		.filter(({ event }) => notes.includes(event))
		.map(({ event, reason }) => [event, reason] as const);
}

describe("the merge queue in the timeline", () => {
	it("stands at the fix whose pull request is in the queue, and at no other", async () => {
		const recorded = { status: "recorded", incident_id: FIXED };
		expect(await group("checks_requested", {})).toMatchObject(recorded);
		expect(await group("destroyed", { reason: "merged" })).toMatchObject(recorded);
		expect(await notesOf(FIXED)).toEqual([
			["queued", "pull request #42, by Codertocat, commit b1c2d3e"],
			["dequeued", "pull request #42, merged, by Codertocat, commit b1c2d3e"],
		]);
		expect(await notesOf(OTHER)).toEqual([]);
	});

	it("stands at the incident of the pull request itself", async () => {
		const ref = `refs/heads/gh-readonly-queue/main/pr-7-${"a".repeat(40)}`;
		await group("checks_requested", { ref });
		expect(await notesOf(OTHER)).toEqual([["queued", "pull request #7, by Codertocat, commit b1c2d3e"]]);
		expect(await notesOf(FIXED)).toEqual([]);
	});

	it("says each group once, however often it is delivered, and a second one of the same pull request too", async () => {
		const commit = "c".repeat(40);
		for (const one of [{}, {}, { commit }]) await group("checks_requested", one);
		for (const _again of [1, 2]) await group("destroyed", { reason: "invalidated" });
		expect(await notesOf(FIXED)).toEqual([
			["queued", "pull request #42, by Codertocat, commit b1c2d3e"],
			["queued", "pull request #42, by Codertocat, commit ccccccc"],
			["dequeued", "pull request #42, invalidated, by Codertocat, commit b1c2d3e"],
		]);
	});

	it("does not read a pull request out of a branch that only resembles a queue's", async () => {
		for (const ref of [
			"refs/heads/gh-readonly-queue/pr-42",
			`refs/heads/x/gh-readonly-queue/main/pr-42-${"a".repeat(40)}`,
		])
			await group("checks_requested", { ref });
		expect([...(await notesOf(FIXED)), ...(await notesOf(OTHER))]).toEqual([]);
	});

	it("changes nothing about the remediation", async () => {
		await group("destroyed", { reason: "dequeued" });
		await reconcile(stub, FIXED);
		const steps = (await timelineOf(stub, FIXED)).map(({ event, to_status }) => [event, to_status]);
		expect(steps.slice(-2)).toEqual([
			["agent_finished", "awaiting_ci"],
			["dequeued", "awaiting_ci"],
		]);
	});
});

describe("a review in the timeline", () => {
	it.each([
		["approved", "approved"],
		["changes_requested", "changes requested"],
		["commented", "commented"],
		["dismissed", "dismissed"],
	])("says that it is %s, and by whom", async (state, words) => {
		await review(state, 42, { ref: "healer/elsewhere", repo: OWN });
		expect(await notesOf(FIXED)).toEqual([
			["reviewed", `pull request #42, ${words}, by octocat, 2019-05-15T15:20:38Z`],
		]);
		expect(await notesOf(OTHER)).toEqual([]);
	});

	it("says an approval and its dismissal", async () => {
		for (const state of ["approved", "dismissed", "approved"]) await review(state, 42, { ref: "x", repo: OWN });
		expect((await notesOf(FIXED)).map(([, reason]) => reason)).toEqual([
			"pull request #42, approved, by octocat, 2019-05-15T15:20:38Z",
			"pull request #42, dismissed, by octocat, 2019-05-15T15:20:38Z",
		]);
	});

	it("takes nothing for a state that is no word", async () => {
		await review("approved by **@everyone**", 42, { ref: "x", repo: OWN });
		expect(await notesOf(FIXED)).toEqual([["reviewed", "pull request #42, by octocat, 2019-05-15T15:20:38Z"]]);
	});

	it.each([
		["a fork", { full_name: "stranger/cto" }],
		["a deleted fork", null],
	])("is not ours if the branch of the same name is in %s", async (_where, repo) => {
		await review("approved", 99, { ref: "main", repo });
		expect(await notesOf(FIXED)).toEqual([]);
	});

	it("is ours if the branch is", async () => {
		await review("approved", 99, { ref: "main", repo: OWN });
		expect(await notesOf(FIXED)).toEqual([
			["reviewed", "pull request #99, approved, by octocat, 2019-05-15T15:20:38Z"],
		]);
	});
});
