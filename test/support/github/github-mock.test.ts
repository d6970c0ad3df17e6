import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type GitHubMock, startGitHubMock } from "./github-mock.ts";
import { type MockRoute, ROUTES } from "./routes.ts";

let mock: GitHubMock;
beforeEach(async () => {
	mock = await startGitHubMock();
});
afterEach(() => mock.close());

// Each has a test of its own: the token that every other test is let in by, and the redelivery.
const OF_THEIR_OWN: readonly MockRoute[] = [
	"POST /app/installations/{installation_id}/access_tokens",
	"POST /app/hook/deliveries/{delivery_id}/attempts",
];

const repo = { owner: "5dlabs", repo: "cto" };

/** As an installation; `privateKey` another than the App's, to be refused. */
function octokit(privateKey = mock.app.privateKeyPkcs8): Octokit {
	const auth = { appId: mock.app.id, privateKey, installationId: mock.repository("5dlabs/cto").installationId };
	return new Octokit({ baseUrl: mock.url, authStrategy: createAppAuth, auth });
}

function asApp(): Octokit {
	const auth = { appId: mock.app.id, privateKey: mock.app.privateKeyPkcs8 };
	return new Octokit({ baseUrl: mock.url, authStrategy: createAppAuth, auth });
}

describe("startGitHubMock", () => {
	it("answers every route as GitHub's description says it does", async () => {
		const cto = mock.repository("5dlabs/cto");
		cto.putRun({ id: 1, workflow_id: 7, head_branch: "fix/x", head_sha: "a1", conclusion: "failure" });
		cto.putJob({ id: 2, run_id: 1, conclusion: "failure" }, "http://127.0.0.1:1/log");
		cto.putPull({ number: 3, head: { ref: "fix/x", sha: "a1" }, state: "open" }, [{ filename: "src/lib.rs" }]);
		cto.putCommit({ sha: "a1" });
		cto.putCheckRun({ id: 4, head_sha: "a1", name: "clippy", status: "completed", conclusion: "success" });
		cto.putStatuses("a1", [{ context: "ci", state: "success" }]);
		cto.putComparison("main...fix/x", { ahead_by: 2, status: "ahead" });
		cto.putBranch("fix/x", "a1");
		cto.putIssue({ number: 5, state: "open" });
		cto.putComment(5, { id: 6, body: "/healer fix" });
		cto.putPermission("octocat", "write");
		cto.putContents("docs/a.md", "# A\n");
		const delivery = mock.putDelivery({
			event: "ping",
			payload: { zen: "x" },
			status_code: 200,
			delivered_at: "2026-11-22T12:00:00Z",
		});

		const ref = { ref: "fix/x" };
		const asked: readonly (readonly [route: MockRoute, parameters: Record<string, unknown>, status: number])[] = [
			["GET /repos/{owner}/{repo}", {}, 200],
			["GET /repos/{owner}/{repo}/actions/runs", { branch: "fix/x" }, 200],
			["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", { workflow_id: 7 }, 200],
			["GET /repos/{owner}/{repo}/actions/runs/{run_id}", { run_id: 1 }, 200],
			["GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs", { run_id: 1 }, 200],
			[
				"GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs",
				{ run_id: 1, attempt_number: 1 },
				200,
			],
			["GET /repos/{owner}/{repo}/actions/jobs/{job_id}", { job_id: 2 }, 200],
			["GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs", { job_id: 2, request: { redirect: "manual" } }, 302],
			["GET /repos/{owner}/{repo}/pulls", {}, 200],
			["GET /repos/{owner}/{repo}/pulls/{pull_number}", { pull_number: 3 }, 200],
			["GET /repos/{owner}/{repo}/pulls/{pull_number}/files", { pull_number: 3 }, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}/status", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}/check-runs", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", { commit_sha: "a1" }, 200],
			["GET /repos/{owner}/{repo}/check-runs/{check_run_id}", { check_run_id: 4 }, 200],
			["GET /repos/{owner}/{repo}/compare/{basehead}", { basehead: "main...fix/x" }, 200],
			["GET /repos/{owner}/{repo}/branches/{branch}", { branch: "fix/x" }, 200],
			["GET /repos/{owner}/{repo}/contents/{path}", { path: "docs/a.md" }, 200],
			["GET /repos/{owner}/{repo}/collaborators/{username}/permission", { username: "Octocat" }, 200],
			["POST /repos/{owner}/{repo}/issues", { title: "t", labels: ["healer"] }, 201],
			["GET /repos/{owner}/{repo}/issues", { labels: "healer" }, 200],
			["GET /repos/{owner}/{repo}/issues/{issue_number}", { issue_number: 5 }, 200],
			["PATCH /repos/{owner}/{repo}/issues/{issue_number}", { issue_number: 5, body: "changed" }, 200],
			["POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { issue_number: 5, body: "b" }, 201],
			["GET /repos/{owner}/{repo}/issues/{issue_number}/comments", { issue_number: 5 }, 200],
			["PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", { comment_id: 6, body: "c" }, 200],
			["POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", { comment_id: 6, content: "eyes" }, 201],
			["POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", { comment_id: 6, content: "eyes" }, 200],
			["GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", { comment_id: 6 }, 200],
			["POST /repos/{owner}/{repo}/issues/{issue_number}/labels", { issue_number: 5, labels: ["red"] }, 200],
			["GET /repos/{owner}/{repo}/issues/{issue_number}/labels", { issue_number: 5 }, 200],
			["DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", { issue_number: 5, name: "red" }, 200],
			["GET /app", {}, 200],
			["GET /app/installations", {}, 200],
			["GET /repos/{owner}/{repo}/installation", {}, 200],
			["GET /app/hook/deliveries", { per_page: 100 }, 200],
			["GET /app/hook/deliveries/{delivery_id}", { delivery_id: delivery.id }, 200],
		];
		const [app, installation] = [asApp(), octokit()];
		for (const [route, parameters, status] of asked) {
			const asker = route.startsWith("GET /app") || route.endsWith("/installation") ? app : installation;
			const given = route.includes("{owner}") ? { ...repo, ...parameters } : parameters;
			const answer = await asker.request<string>(route, given);
			expect([route, answer.status]).toEqual([route, status]);
		}
		expect(mock.violations).toEqual([]);
		expect(new Set(asked.map(([route]) => route)).size).toBe(ROUTES.length - OF_THEIR_OWN.length);
	});

	it("refuses what the description does not allow, and does not close well after it", async () => {
		const asked: readonly (readonly [route: string, parameters: Record<string, unknown>, problem: RegExp])[] = [
			["GET /repos/{owner}/{repo}/pulls", { state: "opened" }, /state must be equal to one of/],
			["GET /repos/{owner}/{repo}/pulls", { branch: "main" }, /query branch is not described/],
			["GET /repos/{owner}/{repo}/actions/runs/{run_id}", { run_id: "one" }, /run_id must be integer/],
			[
				"POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
				{ comment_id: 6, content: "tears" },
				/content must be equal to one of/,
			],
			["POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { issue_number: 1 }, /Body parameter is required/],
			["POST /repos/{owner}/{repo}/issues", { body: "no title" }, /must have required property 'title'/],
			["GET /repos/{owner}/{repo}/teams", {}, /teams hasn't been found/],
			["PATCH /repos/{owner}/{repo}/actions/runs/{run_id}", { run_id: 1 }, /does not have "patch" method/],
		];
		for (const [route, parameters, problem] of asked) {
			const answer = octokit().request<string>(route, { ...repo, ...parameters });
			await expect(answer, route).rejects.toMatchObject({ status: 422 });
			expect(mock.violations.at(-1)).toMatch(problem);
		}
		expect(mock.violations).toHaveLength(asked.length);
		await expect(mock.close()).rejects.toThrow("GitHub's description does not allow");
		mock = await startGitHubMock();
	});

	it("refuses an answer that a test put together wrongly", async () => {
		mock.repository("5dlabs/cto").putRun({ id: 1, run_number: "first" as never });
		const asked = octokit().request("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { ...repo, run_id: 1 });
		await expect(asked).rejects.toMatchObject({ status: 500 });
		expect(mock.violations.splice(0)).toEqual([
			"the mock's own answer to GET /repos/5dlabs/cto/actions/runs/1: " +
				"Response body property run_number must be integer",
		]);
	});

	it("lets in only its App, and an installation only where it is installed", async () => {
		const other = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
		expect(mock.app.privateKey).toContain("BEGIN RSA PRIVATE KEY");
		await expect(octokit(other).request("GET /repos/{owner}/{repo}", repo)).rejects.toThrow();
		mock.repository("other/one");
		const elsewhere = octokit().request("GET /repos/{owner}/{repo}", { owner: "other", repo: "one" });
		await expect(elsewhere).rejects.toMatchObject({ status: 404 });
		const nobody = new Octokit({ baseUrl: mock.url, auth: "ghs_made_up" });
		await expect(nobody.request("GET /repos/{owner}/{repo}", repo)).rejects.toMatchObject({ status: 401 });
		await expect(nobody.request("GET /app")).rejects.toMatchObject({ status: 401 });
		const forged = new Octokit({ baseUrl: mock.url, auth: "eyJhbGciOiJub25lIn0.eyJpc3MiOiI0NzExIn0.AA" });
		await expect(forged.request("GET /app")).rejects.toMatchObject({ status: 401 });
	});

	it("lists deliveries newest first, page by page", async () => {
		for (let n = 0; n < 5; n++) {
			const delivered_at = `2026-11-22T12:00:0${n}Z`;
			mock.putDelivery({ guid: `guid-${n}`, event: "push", payload: {}, status_code: 502, delivered_at });
		}
		const seen: string[][] = [];
		let cursor: string | undefined;
		do {
			const page = await asApp().request("GET /app/hook/deliveries", { per_page: 2, ...(cursor && { cursor }) });
			seen.push(page.data.map(({ guid }) => guid));
			cursor = /[?&]cursor=([^&>]+)/.exec(page.headers.link ?? "")?.[1];
		} while (cursor !== undefined);
		expect(seen).toEqual([["guid-4", "guid-3"], ["guid-2", "guid-1"], ["guid-0"]]);
	});

	it("delivers again what it is asked for, signed, under the same guid", async () => {
		const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
		const hub = createServer(async (request, response) => {
			received.push({ headers: request.headers, body: await text(request) });
			response.writeHead(202).end();
		});
		await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
		onTestFinished(() => void hub.close());
		mock.webhook = { url: `http://127.0.0.1:${(hub.address() as AddressInfo).port}/hook`, secret: "s3cret" };
		const delivered_at = "2026-11-22T12:00:00Z";
		const put = { guid: "guid-1", event: "push", payload: { ref: "x" }, status_code: 502, delivered_at };
		const { id } = mock.putDelivery(put);
		await asApp().request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: id });
		await expect.poll(() => mock.deliveries.length).toBe(2);
		expect(mock.deliveries[1]).toMatchObject({ guid: "guid-1", redelivery: true, status_code: 202, event: "push" });
		expect(received).toEqual([
			{
				body: '{"ref":"x"}',
				headers: expect.objectContaining({
					"x-github-delivery": "guid-1",
					"x-github-event": "push",
					// printf '{"ref":"x"}' | openssl dgst -sha256 -hmac s3cret
					"x-hub-signature-256": "sha256=c1659aebbc08b913b39292993a7ffd9f8c17704acc91518e1d9f007052bde773",
				}),
			},
		]);
	});

	it("says that nothing changed, and limits, and ends connections, when it shall", async () => {
		const first = await asApp().request("GET /app");
		const headers = { "if-none-match": String(first.headers.etag) };
		await expect(asApp().request("GET /app", { headers })).rejects.toMatchObject({ status: 304 });
		mock.disturb({ by: { kind: "primary_limit", until: Date.now() + 60_000 }, route: "GET /app" });
		await expect(asApp().request("GET /app")).rejects.toMatchObject({
			status: 403,
			response: { headers: { "x-ratelimit-remaining": "0" } },
		});
		mock.calm();
		mock.disturb({ by: { kind: "cut" }, times: 1 });
		await expect(asApp().request("GET /app")).rejects.toThrow();
		expect((await asApp().request("GET /app")).status).toBe(200);
		expect(mock.requests.map(({ line, as, status }) => `${line} ${as} ${status}`)).toEqual([
			"GET /app app 200",
			"GET /app app 304",
			"GET /app app 403",
			"GET /app app 0",
			"GET /app app 200",
		]);
	});
});
