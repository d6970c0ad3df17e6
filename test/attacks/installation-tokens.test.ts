import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGitHub } from "../../worker/github/create-github.ts";
import type { GitHub } from "../../worker/github/github.ts";
import { createGitHubMemory } from "../../worker/github/isolate-memory.ts";
import { createLog } from "../../worker/log.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";

const CTO = { owner: "5dlabs", repo: "cto" };
const OF = { repository: "5dlabs/cto" };
const READ = {
	actions: "read",
	checks: "read",
	contents: "read",
	issues: "read",
	pull_requests: "read",
	security_events: "read",
	statuses: "read",
	vulnerability_alerts: "read",
};
const WRITE = { issues: "write", pull_requests: "write" };

describe("whoever gets hold of an installation's token", () => {
	let mock: GitHubMock;
	let github: GitHub;

	beforeEach(async () => {
		mock = await startGitHubMock();
		const cto = mock.repository("5dlabs/cto");
		cto.putPull({ number: 3, head: { ref: "fix/x", sha: "a1" }, state: "open" }, []);
		cto.putCommit({ sha: "a1" });
		cto.putIssue({ number: 3, state: "open" });
		mock.repository("5dlabs/secrets").putCommit({ sha: "b1" });
		github = createdFor(mock);
	});
	afterEach(() => mock.close());

	it("reads one repository with it, and changes nothing", async () => {
		expect(
			await github.asInstallation(OF, "GET /repos/{owner}/{repo}/commits/{ref}", { ...CTO, ref: "a1" }),
		).toMatchObject({ ok: true });
		expect(tokenBodies()).toEqual([{ permissions: READ, repositories: ["cto"] }]);
		const token = lastToken();
		expect(await statusOf(token, "GET", "/repos/5dlabs/cto/commits/a1")).toBe(200);
		expect(await statusOf(token, "GET", "/repos/5dlabs/secrets/commits/b1")).toBe(404);
		expect(await statusOf(token, "POST", "/repos/5dlabs/cto/issues/3/comments", { body: "x" })).toBe(403);
	});

	it("writes comments with the other one, and reads no code", async () => {
		const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
		const made = await github.asInstallation(OF, route, { ...CTO, issue_number: 3, body: "hello" });
		expect(made).toMatchObject({ ok: true });
		expect(tokenBodies()).toEqual([{ permissions: WRITE, repositories: ["cto"] }]);
		expect(await statusOf(lastToken(), "GET", "/repos/5dlabs/cto/commits/a1")).toBe(403);
	});

	it("runs jobs again with a third one, and neither comments nor reads code", async () => {
		mock.repository("5dlabs/cto").putRun({ id: 1, conclusion: "failure", status: "completed", run_attempt: 1 });
		const route = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
		expect(await github.asInstallation(OF, route, { ...CTO, run_id: 1 })).toMatchObject({ ok: true, status: 201 });
		expect(tokenBodies()).toEqual([{ permissions: { actions: "write" }, repositories: ["cto"] }]);
		expect(await statusOf(lastToken(), "GET", "/repos/5dlabs/cto/commits/a1")).toBe(403);
		expect(await statusOf(lastToken(), "POST", "/repos/5dlabs/cto/issues/3/comments", { body: "x" })).toBe(403);
		expect(await github.asInstallation(OF, route, { ...CTO, run_id: 1 })).toMatchObject({
			ok: false,
			failure: { reason: "forbidden" },
		});
	});

	it("posts check runs with a fourth one, and neither comments nor reads code", async () => {
		const route = "POST /repos/{owner}/{repo}/check-runs";
		const output = { title: "left alone", summary: "by `main`" };
		const shown = { name: "Healer", head_sha: "a1", status: "completed", conclusion: "neutral", output } as const;
		expect(await github.asInstallation(OF, route, { ...CTO, ...shown })).toMatchObject({ ok: true, status: 201 });
		expect(tokenBodies()).toEqual([{ permissions: { checks: "write" }, repositories: ["cto"] }]);
		expect(await statusOf(lastToken(), "GET", "/repos/5dlabs/cto/commits/a1")).toBe(403);
		expect(await statusOf(lastToken(), "POST", "/repos/5dlabs/cto/issues/3/comments", { body: "x" })).toBe(403);
	});

	it("is refused a rerun where the App was not granted it", async () => {
		mock.grant({ actions: "read", contents: "read", metadata: "read" });
		mock.repository("5dlabs/cto").putRun({ id: 1, conclusion: "failure", status: "completed", run_attempt: 1 });
		const route = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
		expect(await github.asInstallation(OF, route, { ...CTO, run_id: 1 })).toMatchObject({
			failure: { reason: "forbidden", detail: expect.stringContaining("not accessible by integration") },
		});
	});

	it("gets one token for each of both, however many requests there are", async () => {
		const label = { ...CTO, issue_number: 3, labels: ["needs-human"] };
		for (const ref of ["a1", "a1", "a1"]) {
			await github.asInstallation(OF, "GET /repos/{owner}/{repo}/commits/{ref}", { ...CTO, ref });
			await github.asInstallation(OF, "POST /repos/{owner}/{repo}/issues/{issue_number}/labels", label);
		}
		expect(tokenBodies()).toEqual([
			{ permissions: READ, repositories: ["cto"] },
			{ permissions: WRITE, repositories: ["cto"] },
		]);
	});

	it("loses nothing else where the App lacks a permission, and is told which request needs it", async () => {
		mock.grant({ contents: "read", issues: "write", metadata: "read" });
		const of = { ...OF, installation_id: mock.repository("5dlabs/cto").installationId };
		const commit = await github.asInstallation(of, "GET /repos/{owner}/{repo}/commits/{ref}", { ...CTO, ref: "a1" });
		expect(commit).toMatchObject({ ok: true });
		expect(tokenBodies()).toEqual([
			{ permissions: READ, repositories: ["cto"] },
			{ permissions: { contents: "read", issues: "read" }, repositories: ["cto"] },
		]);
		const route = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs";
		expect(await github.asInstallation(OF, route, { ...CTO, ref: "a1" })).toEqual({
			ok: false,
			failure: {
				reason: "forbidden",
				detail: expect.stringContaining("403: Resource not accessible by integration"),
			},
		});
		// What GitHub said is remembered: the token that writes is not refused first.
		const write = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
		expect(await github.asInstallation(OF, write, { ...CTO, issue_number: 3, body: "x" })).toMatchObject({ ok: true });
		expect(tokenBodies().at(-1)).toEqual({ permissions: { issues: "write" }, repositories: ["cto"] });
		expect(tokenBodies()).toHaveLength(3);
	});

	it("is not given another installation's, whatever a forwarded payload names", async () => {
		mock.repository("another/app").putCommit({ sha: "c1" });
		const installation_id = mock.repository("another/app").installationId;
		const answer = await github.asInstallation({ ...OF, installation_id }, "GET /repos/{owner}/{repo}/commits/{ref}", {
			...CTO,
			ref: "a1",
		});
		expect(answer).toMatchObject({ ok: true });
	});

	function tokenRequests() {
		return mock.requests.filter(({ route }) => route === "POST /app/installations/{installation_id}/access_tokens");
	}

	function tokenBodies(): readonly unknown[] {
		return tokenRequests().map(({ body }) => body);
	}

	function lastToken(): string {
		const sent = mock.requests.findLast(({ as }) => as === "installation")?.headers.authorization;
		return String(sent);
	}

	async function statusOf(authorization: string, method: string, path: string, body?: unknown): Promise<number> {
		const sent = body === undefined ? {} : { body: JSON.stringify(body) };
		return (
			await fetch(mock.url + path, {
				method,
				headers: { authorization, "user-agent": "thief", "content-type": "application/json" },
				...sent,
			})
		).status;
	}
});

function createdFor({ variables }: GitHubMock): GitHub {
	const tools = { fetch, now: () => Date.now(), log: createLog({}, () => undefined), memory: createGitHubMemory() };
	const github = createGitHub(variables, tools);
	if (github === undefined) throw new Error("no App is configured");
	return github;
}
