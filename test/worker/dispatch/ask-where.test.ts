import { describe, expect, it } from "vitest";
import { sweepDue, sweepOverdue } from "../../../worker/dispatch/due-incidents.ts";
import type { GitHubFailure } from "../../../worker/github/github.ts";
import type { Answers } from "../support/answering-github.ts";
import { agentSucceeds, deliver, hub, REPOSITORY, run, sent, statusOf } from "../support/shipped-hub.ts";
import type { Stub } from "../support/stub-effects.ts";

const BRANCH = "GET /repos/{owner}/{repo}/branches/{branch}";
const REF = "GET /repos/{owner}/{repo}/git/ref/{ref}";
const PULL = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
const PULLS = "GET /repos/{owner}/{repo}/pulls";
const RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const AWAY: { readonly failure: GitHubFailure } = { failure: { reason: "unavailable", detail: "502" } };
const QUEUE = `gh-readonly-queue/main/pr-123-${"c".repeat(40)}`;

/** What the first CodeRun that was asked for has. */
function first(stub: Stub) {
	const { coderun, claims } = JSON.parse(String(stub.sent[0]?.body));
	const { env, promptModification: prompt } = coderun.spec;
	return { env, prompt, claims: claims.map(({ key }: { key: string }) => key) };
}

/** As GitHub answers for one pull request. */
function pull(number: number, changes: object = {}) {
	const head = { ref: "topic", sha: "d".repeat(40), repo: { full_name: "5dlabs/cto" } };
	return { number, state: "open", title: "Add it", head, base: { ref: "main" }, merged_at: null, ...changes };
}

/** GitHub that still answers what a test changes. */
function answer(stub: Awaited<ReturnType<typeof hub>>, answers: Answers) {
	Object.assign(stub.hub ?? {}, { answers });
}

describe("a tag's run, which names the tag as its branch", () => {
	const tagged = () => run(1051, { name: "Release", head_branch: "v1.2.3" });

	it("gets a fix from the default branch, and nothing calls the tag a branch", async () => {
		const stub = await hub({ [REF]: { ref: "refs/tags/v1.2.3" }, [PULLS]: [] });
		const answered = await deliver(stub, "workflow_run", tagged());
		const { env, prompt, claims } = first(stub);
		const id = String((answered as { incident_id: string }).incident_id);
		expect(env).toMatchObject({
			...{ TARGET_BRANCH: "main", HEALER_BRANCH_STRATEGY: "fix", PR_NUMBER: "0" },
			HEALER_FIX_BRANCH: `healer/${id.slice(0, 16)}`,
		});
		expect(claims).toEqual(["5dlabs/cto|branch|main"]);
		expect(prompt).toContain("- Tag: `v1.2.3`\n");
		expect(prompt).not.toContain("- Branch:");
	});

	it("waits while GitHub does not say whether it is a branch", async () => {
		const stub = await hub({ [BRANCH]: AWAY, [PULLS]: [] });
		const answered = await deliver(stub, "workflow_run", tagged());
		expect(await statusOf(stub, answered as object)).toEqual({
			status: "waiting",
			reason: "GitHub does not say whether v1.2.3 is a branch: 502",
		});
		answer(stub, { [REF]: { ref: "refs/tags/v1.2.3" }, [PULLS]: [] });
		stub.clock += 3600_000;
		await sweepDue(stub);
		expect(first(stub).env).toMatchObject({ TARGET_BRANCH: "main", HEALER_BRANCH_STRATEGY: "fix" });
	});

	it("is not pushed to where nobody can be asked, or where the App may not see branches", async () => {
		const forbidden = { failure: { reason: "forbidden", detail: "no" } };
		for (const stub of [await hub(), await hub({ [BRANCH]: forbidden })]) {
			await deliver(stub, "workflow_run", tagged());
			expect(sent(stub).at(-1)).toMatchObject({
				strategy: "fix",
				pushes_to: expect.stringMatching(/^healer\/[0-9a-f]{16}$/),
			});
			await stub.journal.prepare("DELETE FROM incidents").run();
			await stub.journal.prepare("DELETE FROM attempts").run();
		}
	});
});

describe("a run of the merge queue", () => {
	const queued = (id: number, sha: string) =>
		run(id, {
			...{ event: "merge_group", head_branch: `gh-readonly-queue/main/pr-123-${sha.repeat(40)}` },
			actor: { login: "github-merge-queue[bot]", type: "Bot" },
		});

	it("is its pull request's, and fixed from that pull request's head", async () => {
		const stub = await hub({ [PULL]: pull(123) });
		await deliver(stub, "workflow_run", queued(1061, "c"));
		const { env, prompt, claims } = first(stub);
		expect(env).toMatchObject({ PR_NUMBER: "123", TARGET_BRANCH: "topic", HEALER_BRANCH_STRATEGY: "fix" });
		expect(env.HEALER_FIX_BRANCH).toMatch(/^healer\/[0-9a-f]{16}$/);
		expect(claims).toEqual(["5dlabs/cto|branch|topic"]);
		expect(prompt).toContain("- Pull request: #123 `Add it` to `main`");
		expect(prompt).toContain("Never push to the queue's branch, nor to the queued pull request's branch");
		// GitHub removes the queue's branch at once, and nobody would push there.
		expect(stub.hub?.asked).not.toContain(REF);
	});

	it("wakes one agent for all entries of one pull request", async () => {
		const stub = await hub({ [PULL]: pull(123) });
		await deliver(stub, "workflow_run", queued(1061, "c"));
		const second = await deliver(stub, "workflow_run", queued(1062, "d"));
		expect(stub.sent).toHaveLength(1);
		expect(await statusOf(stub, second as object)).toMatchObject({ status: "waiting" });
	});

	it("ends once a person merged the pull request", async () => {
		const stub = await hub({ [PULL]: pull(123) });
		const answered = await deliver(stub, "workflow_run", queued(1061, "c"));
		await agentSucceeds(stub, answered as object);
		await deliver(stub, "pull_request", {
			action: "closed",
			pull_request: { ...pull(123), merged: true, head: { ref: "topic", sha: "d".repeat(40), repo: REPOSITORY } },
			sender: { login: "a-developer", type: "User" },
		});
		stub.clock += 60_000;
		await sweepOverdue(stub);
		expect(await statusOf(stub, answered as object)).toEqual({
			status: "superseded",
			reason: "pull request #123 was merged",
		});
	});

	it("is known by its job too, once GitHub named the repository of its branch", async () => {
		const answered = {
			...{ id: 1061, workflow_id: 500, run_number: 1, head_sha: "a".repeat(40), status: "completed" },
			...{ conclusion: "failure", head_branch: QUEUE, head_repository: { full_name: "5dlabs/cto" } },
		};
		const stub = await hub({ [RUN]: answered, [PULL]: pull(123) });
		await deliver(stub, "workflow_job", {
			action: "completed",
			workflow_job: {
				...{ id: 10611, run_id: 1061, run_attempt: 1, name: "build", workflow_name: "CI", conclusion: "failure" },
				...{ head_branch: QUEUE, head_sha: "a".repeat(40), steps: [] },
			},
			sender: { login: "github-merge-queue[bot]", type: "Bot" },
		});
		expect(first(stub).env).toMatchObject({ PR_NUMBER: "123", TARGET_BRANCH: "topic" });
	});
});

describe("a branch that was deleted", () => {
	const topic = () => run(1071, { head_branch: "topic" });

	it("is fixed from the default branch, and not brought back", async () => {
		const stub = await hub({ [PULLS]: [] });
		await deliver(stub, "workflow_run", topic());
		const { env, prompt, claims } = first(stub);
		expect(env).toMatchObject({ TARGET_BRANCH: "main", HEALER_BRANCH_STRATEGY: "fix" });
		expect(claims).toEqual(["5dlabs/cto|branch|main"]);
		expect(prompt).toContain("The failing branch was deleted.");
	});

	it.each([
		["merged", "2026-11-22T11:00:00Z"],
		["closed", null],
	])("ends its incident if its pull request was %s", async (ended, merged_at) => {
		const closed = pull(9, { state: "closed", merged_at });
		const stub = await hub({ [PULLS]: [closed], [PULL]: closed });
		const answered = await deliver(stub, "workflow_run", topic());
		expect(await statusOf(stub, answered as object)).toEqual({
			status: "superseded",
			reason: `pull request #9 was ${ended}, and its branch was deleted`,
		});
		expect(stub.sent).toEqual([]);
	});

	it("is one that was renamed, too", async () => {
		const stub = await hub({ [BRANCH]: { name: "other" }, [PULLS]: [] });
		await deliver(stub, "workflow_run", topic());
		expect(first(stub).env).toMatchObject({ TARGET_BRANCH: "main", HEALER_BRANCH_STRATEGY: "fix" });
	});

	it("is asked for again at the next attempt", async () => {
		const stub = await hub({ [BRANCH]: { name: "topic" }, [PULLS]: [] });
		const answered = await deliver(stub, "workflow_run", topic());
		expect(sent(stub)).toMatchObject([{ strategy: "same", pushes_to: "topic" }]);
		await agentSucceeds(stub, answered as object);
		const agent = { login: "5DLabs-Rex[bot]", type: "Bot" };
		const later = new Date(stub.clock + 60_000).toISOString();
		await deliver(stub, "workflow_run", run(1072, { head_branch: "topic", actor: agent, run_started_at: later }));
		const closed = pull(9, { state: "closed" });
		answer(stub, { [PULLS]: [closed], [PULL]: closed });
		stub.clock += 600_000;
		await sweepOverdue(stub);
		stub.clock += 600_000;
		await sweepDue(stub);
		expect(stub.sent).toHaveLength(1);
		expect(await statusOf(stub, answered as object)).toEqual({
			status: "superseded",
			reason: "pull request #9 was closed, and its branch was deleted",
		});
	});
});

describe("a newer failure on the branch", () => {
	it("takes the place of the older one only once its own filters were asked with its context", async () => {
		const person = { login: "a-developer", type: "User" };
		const stub = await hub({ [BRANCH]: { name: "topic" }, [PULLS]: [] });
		const older = await deliver(stub, "workflow_run", run(1081, { head_branch: "topic", actor: person }));
		await agentSucceeds(stub, older as object);
		answer(stub, { [BRANCH]: AWAY, [PULLS]: [] });
		stub.clock += 60_000;
		const newer = await deliver(stub, "workflow_run", run(1082, { head_branch: "topic", actor: person }));
		const { incident_id } = newer as { incident_id: string };
		expect(await statusOf(stub, newer as object)).toMatchObject({ status: "waiting" });
		expect(await statusOf(stub, older as object)).toMatchObject({ status: "awaiting_ci" });

		answer(stub, { [BRANCH]: { name: "topic" }, [PULLS]: [] });
		stub.clock += 60_000;
		await sweepDue(stub);
		await sweepOverdue(stub);
		expect(await statusOf(stub, older as object)).toEqual({
			status: "superseded",
			reason: `its newer failure is incident ${incident_id}`,
		});
	});
});
