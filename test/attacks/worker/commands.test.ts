import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../../worker/commands/answer-command.ts";
import { sweepDue } from "../../../worker/dispatch/due-incidents.ts";
import { currentEngine } from "../../../worker/engine.ts";
import type { GitHubFailure } from "../../../worker/github/github.ts";
import { acceptDelivery } from "../../../worker/ingest/accept-delivery.ts";
import { answeringGitHub } from "../../worker/support/answering-github.ts";
import { type CommentGitHub, commentGitHub } from "../../worker/support/comment-github.ts";
import { EXAMPLES } from "../../worker/support/failed-job.ts";
import { type Stub, stubEffects } from "../../worker/support/stub-effects.ts";

const PULL = "https://api.github.com/repos/5dlabs/cto/pulls/7";

const PERMISSION = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
const SILENT: GitHubFailure = { reason: "unavailable", detail: "502" };
const NOT_FOUND: GitHubFailure = { reason: "not_found", detail: "Not Found" };

interface Hub {
	readonly stub: Stub;
	readonly github: CommentGitHub;
	comments: number;
}

/** The shipped pipeline, with an App. */
async function hub(permission: string | undefined): Promise<Hub> {
	const github = commentGitHub();
	if (permission !== undefined) github.permissions.set("mallory", permission);
	const stub = Object.assign(stubEffects(), { github });
	stub.activeEngine = await currentEngine(env, 0, stub.log);
	return { stub, github, comments: 0 };
}

/** GitHub delivers that mallory pressed the button of a check run; returns the incident and how many CodeRuns there are. */
async function press(permission: string | undefined | "silent") {
	const recorded = EXAMPLES.find(({ name }) => name === "check_run")?.examples[0];
	const stub = stubEffects();
	stub.activeEngine = await currentEngine(env, 0, stub.log);
	const isSilent = permission === "silent";
	const answers = permission === undefined ? {} : { [PERMISSION]: { permission, role_name: permission } };
	const { github } = answeringGitHub(isSilent ? {} : answers, isSilent ? SILENT : NOT_FOUND);
	Object.assign(stub, { github });
	const payload = {
		...recorded,
		action: "requested_action",
		requested_action: { identifier: "remediate" },
		repository: { ...recorded?.repository, full_name: "5dlabs/cto" },
		sender: { login: "mallory", type: "User" },
	};
	const delivery = { event: "check_run", delivery_id: "d-1", payload };
	await acceptDelivery(stub, delivery, "github", stub.log);
	stub.clock += 10_000;
	await sweepDue(stub);
	const incident = await stub.journal.prepare("SELECT status, reason FROM incidents").first();
	return { incident, coderuns: stub.sent.length };
}

describe("the button of a check run", () => {
	it.each([
		["read", "cancelled", "mallory needs admin or maintain or write on this repository"],
		[undefined, "cancelled", "GitHub does not say whether mallory may write: GitHub: not_found: Not Found"],
		["silent", "waiting", expect.stringContaining("502")],
	])("gives no agent to somebody with the permission %s", async (permission, status, reason) => {
		expect(await press(permission)).toEqual({ incident: { status, reason }, coderuns: 0 });
	});

	it("gives one to somebody who may write", async () => {
		expect(await press("write")).toMatchObject({ incident: { status: "running" }, coderuns: 1 });
	});
});

/** GitHub delivers the comment `/healer fix` by mallory; returns what became of it. */
async function comment(at: Hub, changes: { comment?: object; issue?: object } = {}) {
	const recorded = EXAMPLES.find(({ name }) => name === "issue_comment")?.examples[0];
	const id = ++at.comments;
	const payload = {
		...recorded,
		action: "created",
		issue: {
			...recorded?.issue,
			number: 7,
			state: "open",
			locked: false,
			pull_request: { url: PULL },
			...changes.issue,
		},
		comment: {
			...recorded?.comment,
			...{ id, body: "/healer fix", author_association: "MEMBER", user: { login: "mallory", type: "User" } },
			...changes.comment,
		},
		repository: { ...recorded?.repository, full_name: "5dlabs/cto" },
		sender: { login: "mallory", type: "User" },
	};
	const delivery = { event: "issue_comment", delivery_id: `d-${id}`, payload };
	const accepted = await acceptDelivery(at.stub, delivery, "github", at.stub.log);
	if (accepted.status === "command") await answerCommand(at.stub, accepted.command_id);
	return {
		reaction: [...at.github.reactions].find((one) => one.startsWith(`${id} `)),
		incidents: await at.stub.journal.prepare("SELECT count(*) AS count FROM incidents").first("count"),
	};
}

describe("a comment that asks for an agent", () => {
	it.each([
		["a member who may only read", "read"],
		["a member whose permission GitHub does not know", undefined],
		["somebody who was removed", "none"],
	])("by %s gets a reaction, and neither agent nor comment", async (_who, permission) => {
		const at = await hub(permission);
		expect(await comment(at)).toEqual({ reaction: "1 confused", incidents: 0 });
		expect(at.github.comments).toEqual([]);
	});

	it("by somebody who may write gets an agent, whatever the association", async () => {
		const at = await hub("write");
		expect(await comment(at, { comment: { author_association: "NONE" } })).toEqual({
			reaction: "1 eyes",
			incidents: 1,
		});
	});

	it.each([
		["on a closed pull request", { issue: { state: "closed" } }],
		["on a merged one", { issue: { state: "closed", pull_request: { url: PULL, merged_at: "2026-11-28T10:00:00Z" } } }],
		["in a locked conversation", { issue: { locked: true } }],
		["where nobody says whether it is locked", { issue: { locked: undefined } }],
		["that an App wrote in a user's name", { comment: { performed_via_github_app: { id: 7, slug: "some-app" } } }],
	])("%s is refused with a reaction, also of somebody who may write", async (_where, changes) => {
		const at = await hub("admin");
		expect(await comment(at, changes)).toEqual({ reaction: "1 confused", incidents: 0 });
		expect(at.github.asked.filter((route) => route.endsWith("/permission"))).toEqual([]);
	});

	it("is refused beyond ten in an hour", async () => {
		const at = await hub("write");
		for (let n = 1; n <= 10; n++) expect((await comment(at)).reaction).toBe(`${n} eyes`);
		expect(await comment(at)).toEqual({ reaction: "11 confused", incidents: 10 });
	});
});
