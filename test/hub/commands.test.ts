import { readFileSync } from "node:fs";
import path from "node:path";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import type { RepositoryState } from "../support/github/repository-state.ts";
import { eventually } from "./eventually.ts";
import {
	type Answer,
	codeRuns,
	deliver,
	getJson,
	type Home,
	type HubProcess,
	makeHome,
	startReadyHub,
} from "./hub-process.ts";

const PULL = 7;
const SHA = "1111111111111111111111111111111111111111";

describe("commands in comments of a pull request", () => {
	let github: GitHubMock;
	let repository: RepositoryState;
	let home: Home;
	let hub: HubProcess;
	beforeAll(async () => {
		github = await startGitHubMock();
		repository = github.repository("5dlabs/cto");
		const head = { ref: "fix/parser", sha: SHA, repo: { full_name: "5dlabs/cto" } };
		repository.putPull({ number: PULL, state: "open", title: "Parse faster", head, changed_files: 1 }, [
			{ filename: "crates/parser/src/lib.rs", additions: 3, deletions: 1 },
		]);
		repository.putPermission("octocat", "write");
		home = await makeHome();
		hub = await start();
	});
	afterAll(async () => {
		hub.signalGroup("SIGTERM");
		await hub.ended();
		await github.close();
	});

	async function start(): Promise<HubProcess> {
		return await startReadyHub(home, github.variables);
	}

	let last = 100;
	/** A user writes a comment, and GitHub delivers it. */
	async function write(body: string, who: Writer = OCTOCAT): Promise<Answer & { readonly id: number }> {
		const id = ++last;
		repository.putComment(PULL, { id, body, user: who.user });
		return { ...(await postComment(home, id, body, who)), id };
	}

	const ours = () => [...repository.comments.values()].filter(({ user }) => user?.login === "healer[bot]");
	const shown = () =>
		ours()
			.map(({ body }) => body ?? "")
			.join("\n");
	const reactionsTo = (id: number) => (repository.reactions.get(id) ?? []).map(({ content }) => content);
	const showsText = (text: string) => eventually(() => shown().includes(text), `${text} in\n${shown()}`);

	it("fix, status, stop and retry, each answered once, in one comment", async () => {
		const fix = await write("Hm, this again.\n\n/healer fix rex the flaky test");
		expect(fix).toMatchObject({ status: 202, body: { status: "accepted" } });
		await eventually(() => codeRuns(home).length === 1, "a CodeRun");
		const [name = ""] = codeRuns(home);
		expect(name).toMatch(/^healer-ci-rex-/);
		const codeRun = readFileSync(path.join(home.stateDir, "coderuns", name), "utf8");
		expect(codeRun).toContain("the flaky test");
		expect(codeRun).toContain("Parse faster");
		await showsText("| requested by ` octocat `: ` rex the flaky test ` | ` rex ` | 1 | running |");
		expect(reactionsTo(fix.id)).toEqual(["eyes"]);

		for (let time = 0; time < 3; time++) {
			const again = await postComment(home, fix.id, "/healer fix rex the flaky test", OCTOCAT);
			expect(again.body).toMatchObject({ status: "duplicate" });
		}

		const status = await write("/healer status");
		expect(status.body).toEqual({ status: "accepted", incident_id: null, reason: "the command status was accepted" });
		await showsText("` octocat ` ran ` /healer status `: here is the current state.");
		const stop = await write("/healer stop");
		await showsText("1 remediation stopped.");
		const { incidents } = (await getJson(home, "/api/incidents")) as { incidents: object[] };
		expect(incidents).toMatchObject([{ event: "issue_comment", status: "cancelled" }]);
		const retry = await write("/healer retry");
		await showsText("1 remediation will start over.");
		const wrong = await write("/healer dance");
		await showsText("unknown command.");

		expect([status, stop, retry, wrong].map(({ id }) => reactionsTo(id))).toEqual([
			["+1"],
			["+1"],
			["eyes"],
			["confused"],
		]);
		expect(reactionsTo(fix.id)).toEqual(["eyes"]);
		expect(ours()).toHaveLength(1);
		expect(codeRuns(home)).toEqual([name]);
	});

	it("does not answer bots, however long they answer its comments", async () => {
		await write("/healer help");
		await showsText("these are the commands:");
		const [comment] = ours();
		const asked = github.requests.length;
		// GitHub delivers our own comment, too; another App answers it and gets no answer.
		const own = await postComment(home, Number(comment?.id), "/healer status", {
			user: { login: "healer[bot]", type: "Bot" },
		});
		const answers = [
			own,
			await write("/healer status", BOT),
			await write("/healer fix", BOT),
			await write("/healer stop", BOT),
		];
		expect(answers.map(({ body }) => body.status)).toEqual(["ignored", "ignored", "ignored", "ignored"]);
		expect(github.requests).toHaveLength(asked);
		expect(ours()).toHaveLength(1);
	});

	it("asks GitHub for a user's permission, whatever the association", async () => {
		repository.putPermission("reader", "read");
		repository.putPermission("writer", "write");
		const reader = await write("/healer fix", { user: { login: "reader", type: "User" }, association: "MEMBER" });
		const nobody = await write("/healer fix", { user: { login: "nobody", type: "User" }, association: "NONE" });
		const writer = await write("/healer fix bolt", { user: { login: "writer", type: "User" }, association: "NONE" });
		expect([reader, nobody, writer].map(({ body }) => body.incident_id)).toEqual([null, null, null]);
		await eventually(
			() => [reader, nobody, writer].every(({ id }) => reactionsTo(id).length > 0),
			"a reaction to each",
		);
		expect([reader, nobody, writer].map(({ id }) => reactionsTo(id))).toEqual([["confused"], ["confused"], ["eyes"]]);
		const { incidents } = (await getJson(home, "/api/incidents")) as { incidents: { event: string }[] };
		expect(incidents.map(({ event }) => event)).toEqual(["issue_comment", "issue_comment"]);
	});

	it("answers a command from before a kill once GitHub's rate limit is over", async () => {
		github.disturb({ by: { kind: "primary_limit", until: Date.now() + 5000 } });
		const status = await write("/healer status");
		expect(status.body.status).toBe("accepted");
		hub.signalGroup("SIGKILL");
		await hub.ended();
		hub = await start();
		await eventually(() => reactionsTo(status.id).length > 0, "a reaction", 150_000);
		expect(reactionsTo(status.id)).toEqual(["+1"]);
		await showsText("here is the current state.");
		expect(ours()).toHaveLength(1);
	});
});

interface Writer {
	readonly user: { readonly login: string; readonly type: string };
	/** The author's association in GitHub's event; a member by default. */
	readonly association?: string;
}
const OCTOCAT: Writer = { user: { login: "octocat", type: "User" } };
const BOT: Writer = { user: { login: "chatty[bot]", type: "Bot" } };

/** `issue_comment` as GitHub sends it, made from a recorded one. */
async function postComment(
	home: Home,
	id: number,
	body: string,
	{ user, association = "MEMBER" }: Writer,
): Promise<Answer> {
	const recorded = examples.find(({ name }) => name === "issue_comment")?.examples[0];
	if (recorded === undefined || !("comment" in recorded) || !("issue" in recorded)) throw new Error("no issue_comment");
	return await deliver(home, "issue_comment", {
		...recorded,
		action: "created",
		issue: {
			...recorded.issue,
			number: PULL,
			pull_request: { url: "https://api.github.com/repos/5dlabs/cto/pulls/7" },
		},
		comment: { ...recorded.comment, id, body, author_association: association, user },
		repository: { ...recorded.repository, full_name: "5dlabs/cto" },
		sender: user,
		installation: undefined,
	});
}
