import { describe, expect, it } from "vitest";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import type { GitHubFailure } from "../../../worker/github/github.ts";
import { shippedEngine } from "../../worker/support/shipped-engine.ts";
import { agentSucceeds, deliver, hub, run, STRANGER, sent, statusOf } from "../../worker/support/shipped-hub.ts";

const RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
const RUNS = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
const PULLS_OF_COMMIT = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";
const BRANCH = "GET /repos/{owner}/{repo}/branches/{branch}";
const AWAY: { readonly failure: GitHubFailure } = { failure: { reason: "unavailable", detail: "502" } };

function job(run_id: number, changes: object = {}) {
	return {
		action: "completed",
		workflow_job: {
			...{ id: run_id * 10, run_id, run_attempt: 1, name: "build", workflow_name: "CI", conclusion: "failure" },
			...{
				head_branch: "patch-1",
				head_sha: "b".repeat(40),
				steps: [],
				started_at: new Date(run_id * 1000).toISOString(),
			},
			...changes,
		},
		sender: STRANGER,
	};
}

/** GitHub's own answer for a run, of whichever repository. */
function runAnswer(id: number, head_repository: object | null) {
	const of = {
		workflow_id: 500,
		run_number: 1,
		head_branch: "patch-1",
		head_sha: "b".repeat(40),
		event: "pull_request",
	};
	return { id, ...of, status: "completed", conclusion: "failure", head_repository };
}

describe("a fork that was deleted, whose head repository GitHub sends as null", () => {
	it("gets no agent from its run", async () => {
		const stub = await hub();
		const answer = await deliver(stub, "workflow_run", run(1021, { head_branch: "patch-1", head_repository: null }));
		expect(answer).toMatchObject({ status: "ignored", reason: "the filter forks refuses it" });
		expect(sent(stub)).toEqual([]);
	});

	it("gets none from its job either, once GitHub said so", async () => {
		const stub = await hub({ [RUN]: runAnswer(1021, null), [RUNS]: { workflow_runs: [] } });
		const job_ = await deliver(stub, "workflow_job", job(1021));
		expect(await statusOf(stub, job_ as object)).toEqual({
			status: "cancelled",
			reason: "filter forks refused it once its context was known",
		});
		expect(sent(stub)).toEqual([]);
	});

	it("does not green our remediation by a branch of the same name", async () => {
		const stub = await hub();
		const ours = await deliver(stub, "workflow_run", run(1011, { head_branch: "patch-11" }));
		await agentSucceeds(stub, ours as object);
		await deliver(
			stub,
			"workflow_run",
			run(1012, { head_branch: "patch-11", head_repository: null, conclusion: "success" }),
		);
		expect(await statusOf(stub, ours as object)).toMatchObject({ status: "awaiting_ci" });
		await deliver(stub, "workflow_run", run(1013, { head_branch: "patch-11", conclusion: "success" }));
		expect(await statusOf(stub, ours as object)).toMatchObject({ status: "fixed" });
	});

	it("does not green it on a branch that is called like our fix", async () => {
		const stub = await hub();
		const ours = await deliver(stub, "workflow_run", run(1011, {}));
		await agentSucceeds(stub, ours as object);
		const pushes_to = String(sent(stub)[0]?.pushes_to);
		const stranger = { full_name: "stranger/cto" };
		for (const [id, head_repository] of [
			[1014, null],
			[1015, stranger],
		] as const) {
			await deliver(stub, "workflow_run", run(id, { head_branch: pushes_to, head_repository, conclusion: "success" }));
		}
		expect(await statusOf(stub, ours as object)).toMatchObject({ status: "awaiting_ci" });
		await deliver(stub, "workflow_run", run(1016, { head_branch: pushes_to, conclusion: "success" }));
		// What failed is the default branch: the fix counts there once it is merged.
		expect(await statusOf(stub, ours as object)).toMatchObject({ status: "awaiting_merge" });
	});
});

describe("a job of a fork, which does not name its repository", () => {
	it("gets no agent although a later question about its run fails", async () => {
		const stub = await hub({ [RUN]: runAnswer(1031, { full_name: "stranger/cto" }), [RUNS]: AWAY });
		const answer = await deliver(stub, "workflow_job", job(1031));
		expect(await statusOf(stub, answer as object)).toMatchObject({ status: "cancelled" });
		expect(sent(stub)).toEqual([]);
	});

	it("waits while GitHub is silent, and is left alone once it answers", async () => {
		const stub = await hub({ [RUN]: AWAY, [PULLS_OF_COMMIT]: AWAY });
		const answer = await deliver(stub, "workflow_job", job(1031));
		expect(await statusOf(stub, answer as object)).toEqual({
			status: "waiting",
			reason: "GitHub does not say which repository the branch patch-1 is in: 502",
		});
		Object.assign(stub.hub ?? {}, {
			answers: { [RUN]: runAnswer(1031, { full_name: "stranger/cto" }), [RUNS]: { workflow_runs: [] } },
		});
		stub.clock += 3600_000;
		await sweepDue(stub);
		expect(await statusOf(stub, answer as object)).toMatchObject({ status: "cancelled" });
		expect(sent(stub)).toEqual([]);
	});

	it("changes nothing about our remediation of a branch of that name", async () => {
		const stub = await hub({ [RUN]: runAnswer(1002, { full_name: "stranger/cto" }), [RUNS]: { workflow_runs: [] } });
		const ours = await deliver(stub, "workflow_run", run(1001, {}));
		await agentSucceeds(stub, ours as object);
		stub.clock += 60_000;
		await deliver(stub, "workflow_job", job(1002, { head_branch: "main" }));
		expect(await statusOf(stub, ours as object)).toMatchObject({ status: "awaiting_ci" });
	});

	it("is fixed on a branch of its own, never on ours, where nobody can be asked", async () => {
		const stub = await hub();
		const answer = await deliver(stub, "workflow_job", job(1031));
		const id = String((answer as { incident_id: string }).incident_id);
		expect(sent(stub)).toEqual([
			{ strategy: "fix", pushes_to: `healer/${id.slice(0, 16)}`, claims: ["5dlabs/cto|branch|patch-1"] },
		]);
	});

	it("is refused there by settings.unknown_heads: refuse", async () => {
		const stub = await hub();
		stub.activeEngine = shippedEngine({ unknown_heads: "refuse" });
		const answer = await deliver(stub, "workflow_job", job(1031));
		expect(await statusOf(stub, answer as object)).toMatchObject({ status: "cancelled" });
		expect(sent(stub)).toEqual([]);
	});
});

describe("a commit status, which names neither run nor repository", () => {
	const status = {
		...{ state: "failure", context: "ci/jenkins", sha: "c".repeat(40), branches: [{ name: "topic" }] },
		...{ commit: { commit: { message: "x" }, author: STRANGER }, sender: STRANGER, created_at: "2026-11-22T11:00:00Z" },
	};

	it("is ours if our branch has the commit", async () => {
		const stub = await hub({
			[PULLS_OF_COMMIT]: [] as object,
			[COMPARE]: { status: "behind" },
			[BRANCH]: { name: "topic" },
		});
		await deliver(stub, "status", status);
		expect(sent(stub)).toMatchObject([{ strategy: "same", pushes_to: "topic" }]);
	});

	it("is the fork's if a pull request has it as its head", async () => {
		const head = { ref: "topic", sha: status.sha, repo: { full_name: "stranger/cto" } };
		const stub = await hub({ [PULLS_OF_COMMIT]: [{ head }] as object });
		const answer = await deliver(stub, "status", status);
		expect(await statusOf(stub, answer as object)).toMatchObject({ status: "cancelled" });
	});
});

describe("the claim on a branch", () => {
	it("is another one for a fork's branch of the same name", async () => {
		const stub = await hub();
		stub.activeEngine = shippedEngine({ process_forks: true });
		await deliver(stub, "workflow_run", run(1, { head_branch: "topic" }));
		const head_repository = { full_name: "Stranger/cto" };
		await deliver(stub, "workflow_run", run(2, { head_branch: "topic", head_repository }));
		expect(sent(stub).map(({ claims }) => claims)).toEqual([
			["5dlabs/cto|branch|topic"],
			["5dlabs/cto|branch|stranger/cto|topic"],
		]);
	});
});
