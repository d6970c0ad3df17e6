import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../../worker/commands/answer-command.ts";
import { sweepCommands } from "../../../worker/commands/sweep-commands.ts";
import { createSources } from "../../../worker/context/create-sources.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import type { GitHub, GitHubFailure, Route } from "../../../worker/github/github.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { EXAMPLES } from "../support/failed-job.ts";
import { type Stub, stubEffects } from "../support/stub-effects.ts";

const SHA = "1111111111111111111111111111111111111111";
const NOT_FOUND: GitHubFailure = { reason: "not_found", detail: "Not Found" };
const COMMENTS = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments";

/** The shipped pipeline before a GitHub that knows these people's permissions and one comment of the review. */
async function hub(permissions: Readonly<Record<string, string>>): Promise<Stub> {
	const ask = async (_of: unknown, route: Route, parameters: { username?: string }) => {
		const permission = permissions[parameters.username ?? ""];
		const value = route.endsWith("/permission")
			? permission && { permission, role_name: permission }
			: route === COMMENTS
				? [{ path: "src/lease.rs", line: 131, body: "`unwrap()` may panic here" }]
				: undefined;
		return value === undefined ? { ok: false, failure: NOT_FOUND } : { ok: true, value, status: 200, headers: {} };
	};
	const github = { asInstallation: ask } as unknown as GitHub;
	const relay = { env: {}, fetch, now: () => 0, newId: () => "id" };
	const stub = Object.assign(stubEffects(), { github, sources: createSources({ github, fetch, relay }) });
	stub.activeEngine = await currentEngine(env, 0, stub.log);
	return stub;
}

const example = (event: string) => EXAMPLES.find(({ name }) => name === event)?.examples[0];
const repository = { ...example("check_run")?.repository, id: 1, full_name: "5dlabs/cto", default_branch: "main" };

async function review(stub: Stub, body: string | null = null) {
	const recorded = example("pull_request_review");
	const payload = {
		action: "submitted",
		repository,
		pull_request: { ...recorded?.pull_request, number: 7, head: { ref: "feat/x", sha: SHA, repo: repository } },
		review: {
			...recorded?.review,
			...{ id: 80, body, state: "commented", commit_id: SHA, user: { login: "5dlabs-stitch[bot]", type: "Bot" } },
		},
		sender: { login: "5dlabs-stitch[bot]", type: "Bot" },
	};
	return await acceptDelivery(
		stub,
		{ event: "pull_request_review", delivery_id: "review", payload },
		"github",
		stub.log,
	);
}

async function press(stub: Stub, login: string, delivery_id: string, identifier = "remediate") {
	const recorded = example("check_run");
	const payload = {
		...recorded,
		action: "requested_action",
		requested_action: { identifier },
		repository,
		check_run: {
			...recorded?.check_run,
			head_sha: SHA,
			app: { slug: "5dlabs-stitch" },
			check_suite: { head_branch: "feat/x" },
			pull_requests: [{ number: 7, head: { ref: "feat/x" }, base: { repo: { id: 1 } } }],
		},
		sender: { login, type: "User" },
	};
	return await acceptDelivery(stub, { event: "check_run", delivery_id, payload }, "github", stub.log);
}

async function processed(stub: Stub) {
	stub.clock += 10_000;
	stub.begin();
	await sweepDue(stub);
	const { results } = await stub.journal.prepare("SELECT status, agent, attempt FROM incidents").all();
	return results;
}

const promptOf = (stub: Stub): string => JSON.parse(stub.sent.at(-1)?.body ?? "{}").coderun.spec.promptModification;

describe("a review and the button on its check run", () => {
	it("are one incident, whose agent gets the findings", async () => {
		const stub = await hub({ alice: "write" });
		expect(await review(stub)).toMatchObject({ status: "accepted" });
		expect(await press(stub, "alice", "press-1")).toMatchObject({ status: "duplicate" });
		expect(await processed(stub)).toEqual([{ status: "running", agent: "rex", attempt: 1 }]);
		expect(stub.sent).toHaveLength(1);
		expect(promptOf(stub)).toContain("src/lease.rs:131: `unwrap()` may panic here");
	});

	it("let a writer name the agent, and nobody else", async () => {
		const stub = await hub({ alice: "write", eve: "read" });
		await review(stub);
		await press(stub, "eve", "press-1", "remediate_cipher");
		await press(stub, "alice", "press-2", "remediate_blaze");
		expect(await processed(stub)).toEqual([{ status: "running", agent: "blaze", attempt: 1 }]);
	});

	it("keep the review when somebody pressed who may not", async () => {
		const stub = await hub({ eve: "read" });
		await press(stub, "eve", "press-1", "remediate_cipher");
		await review(stub);
		expect(await processed(stub)).toEqual([{ status: "running", agent: "rex", attempt: 1 }]);
	});

	it("start over when a writer presses after a reader", async () => {
		const stub = await hub({ alice: "write", eve: "read" });
		await press(stub, "eve", "press-1");
		expect(await processed(stub)).toEqual([{ status: "cancelled", agent: null, attempt: 1 }]);
		// GitHub delivers the first press once more: no other press.
		await press(stub, "eve", "press-1");
		await sweepCommands(stub);
		expect(await processed(stub)).toEqual([{ status: "cancelled", agent: null, attempt: 1 }]);

		await press(stub, "alice", "press-2");
		stub.begin();
		await sweepCommands(stub);
		expect(await processed(stub)).toEqual([{ status: "running", agent: "rex", attempt: 1 }]);
		expect(stub.sent).toHaveLength(1);
	});

	it("stay over when somebody presses again who may not", async () => {
		const stub = await hub({ eve: "read" });
		await press(stub, "eve", "press-1");
		await processed(stub);
		await press(stub, "eve", "press-2");
		const { id } = (await stub.journal.prepare("SELECT id FROM commands").first<{ id: string }>()) ?? { id: "" };
		stub.begin();
		await answerCommand(stub, id);
		expect(await processed(stub)).toEqual([{ status: "cancelled", agent: null, attempt: 1 }]);
		expect(stub.sent).toEqual([]);
	});
});
