import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { request } from "@octokit/request";
import { importPKCS8, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type GitHubMock, startGitHubMock } from "./github-mock.ts";
import { type MockRoute, ROUTES } from "./routes.ts";

let mock: GitHubMock;
beforeEach(async () => {
	mock = await startGitHubMock();
});
afterEach(() => mock.close());

// These have tests of their own: the token that every other test uses, the redelivery, the App's creation.
const OF_THEIR_OWN: readonly MockRoute[] = [
	"POST /app-manifests/{code}/conversions",
	"POST /app/installations/{installation_id}/access_tokens",
	"POST /app/hook/deliveries/{delivery_id}/attempts",
];

const repo = { owner: "5dlabs", repo: "cto" };
const NEUTRAL = { name: "Healer", status: "completed", conclusion: "neutral", output: { title: "t", summary: "s" } };

type Asking = typeof request;

function askWith(authorization: string | (() => Promise<string>)): Asking {
	const hook = async (ask: Asking, options: { readonly headers: object }) => {
		const given = typeof authorization === "string" ? authorization : await authorization();
		return await ask({ ...options, headers: { ...options.headers, authorization: given } } as never);
	};
	return request.defaults({ baseUrl: mock.url, request: { hook } });
}

function asApp(privateKey = mock.app.privateKeyPkcs8): Asking {
	return askWith(async () => {
		const token = new SignJWT().setProtectedHeader({ alg: "RS256" }).setIssuer(mock.app.id);
		const signed = token.setIssuedAt().setExpirationTime("5 minutes");
		return `bearer ${await signed.sign(await importPKCS8(privateKey, "RS256"))}`;
	});
}

function asInstallation(): Asking {
	return askWith(async () => {
		const installation_id = mock.repository("5dlabs/cto").installationId;
		const route = "POST /app/installations/{installation_id}/access_tokens";
		return `token ${(await asApp()(route, { installation_id })).data.token}`;
	});
}

describe("startGitHubMock", () => {
	it("answers every route as described by GitHub", async () => {
		const cto = mock.repository("5dlabs/cto");
		cto.putRun({
			...{ id: 1, workflow_id: 7, head_branch: "fix/x", head_sha: "a1" },
			...{ status: "completed", conclusion: "failure", run_attempt: 1 },
		});
		cto.putJob({ id: 2, run_id: 1, conclusion: "failure" }, "http://127.0.0.1:1/log");
		cto.putPull({ number: 3, head: { ref: "fix/x", sha: "a1" }, state: "open" }, [{ filename: "src/lib.rs" }]);
		cto.putCommit({ sha: "a1" });
		cto.putCheckRun({ id: 4, head_sha: "a1", name: "clippy", status: "completed", conclusion: "success" });
		cto.putStatuses("a1", [{ context: "ci", state: "success" }]);
		cto.putComparison("main...fix/x", { ahead_by: 2, status: "ahead" });
		cto.putReviews(3, [{ id: 80, state: "APPROVED" }]);
		cto.putReviewComments(80, [{ path: "src/a.rs", body: "This loop never ends." }]);
		cto.putDependabotAlert({ number: 7, state: "open" });
		cto.putCodeScanningAlert({ number: 7, state: "open" });
		cto.putBranch("fix/x", "a1");
		cto.putTag("v1.2.3", "a".repeat(40));
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
			["GET /repos/{owner}/{repo}/git/ref/{ref}", { ref: "tags/v1.2.3" }, 200],
			["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs", { workflow_id: 7 }, 200],
			["GET /repos/{owner}/{repo}/actions/runs/{run_id}", { run_id: 1 }, 200],
			["GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs", { run_id: 1 }, 200],
			["POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", { run_id: 1 }, 201],
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
			["GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", { pull_number: 3 }, 200],
			[
				"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments",
				{ pull_number: 3, review_id: 80 },
				200,
			],
			["GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}", { alert_number: 7 }, 200],
			["GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}", { alert_number: 7 }, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}/status", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{ref}/check-runs", ref, 200],
			["GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", { commit_sha: "a1" }, 200],
			["GET /repos/{owner}/{repo}/check-runs/{check_run_id}", { check_run_id: 4 }, 200],
			["POST /repos/{owner}/{repo}/check-runs", { head_sha: "a1", ...NEUTRAL }, 201],
			["PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", { check_run_id: 4, ...NEUTRAL }, 200],
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
		const [app, installation] = [asApp(), asInstallation()];
		for (const [route, parameters, status] of asked) {
			const asker = route.startsWith("GET /app") || route.endsWith("/installation") ? app : installation;
			const given = route.includes("{owner}") ? { ...repo, ...parameters } : parameters;
			const answer = await asker<string>(route, given);
			expect([route, answer.status]).toEqual([route, status]);
		}
		expect(mock.violations).toEqual([]);
		expect(new Set(asked.map(([route]) => route)).size).toBe(ROUTES.length - OF_THEIR_OWN.length);
	});

	it("refuses what the description forbids, and then fails to close", async () => {
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
			const answer = asInstallation()<string>(route, { ...repo, ...parameters });
			await expect(answer, route).rejects.toMatchObject({ status: 422 });
			expect(mock.violations.at(-1)).toMatch(problem);
		}
		expect(mock.violations).toHaveLength(asked.length);
		await expect(mock.close()).rejects.toThrow("GitHub's description does not allow");
		mock = await startGitHubMock();
	});

	it("refuses an answer that a test assembled wrongly", async () => {
		mock.repository("5dlabs/cto").putRun({ id: 1, run_number: "first" as never });
		const asked = asInstallation()("GET /repos/{owner}/{repo}/actions/runs/{run_id}", { ...repo, run_id: 1 });
		await expect(asked).rejects.toMatchObject({ status: 500 });
		expect(mock.violations.splice(0)).toEqual([
			"the mock's own answer to GET /repos/5dlabs/cto/actions/runs/1: " +
				"Response body property run_number must be integer",
		]);
	});

	it("admits only its App, and an installation only where it is installed", async () => {
		const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
			type: "pkcs8",
			format: "pem",
		});
		expect(mock.app.privateKey).toContain("BEGIN RSA PRIVATE KEY");
		await expect(asApp(String(other))("GET /app")).rejects.toMatchObject({ status: 401 });
		mock.repository("other/one");
		const elsewhere = asInstallation()("GET /repos/{owner}/{repo}", { owner: "other", repo: "one" });
		await expect(elsewhere).rejects.toMatchObject({ status: 404 });
		const nobody = askWith("token ghs_made_up");
		await expect(nobody("GET /repos/{owner}/{repo}", repo)).rejects.toMatchObject({ status: 401 });
		await expect(nobody("GET /app")).rejects.toMatchObject({ status: 401 });
		const forged = askWith("bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiI0NzExIn0.AA");
		await expect(forged("GET /app")).rejects.toMatchObject({ status: 401 });
	});

	it("lists deliveries newest first, page by page", async () => {
		for (let n = 0; n < 5; n++) {
			const delivered_at = `2026-11-22T12:00:0${n}Z`;
			mock.putDelivery({ guid: `guid-${n}`, event: "push", payload: {}, status_code: 502, delivered_at });
		}
		const seen: string[][] = [];
		let cursor: string | undefined;
		do {
			const page = await asApp()("GET /app/hook/deliveries", { per_page: 2, ...(cursor && { cursor }) });
			seen.push(page.data.map(({ guid }) => guid));
			cursor = /[?&]cursor=([^&>]+)/.exec(page.headers.link ?? "")?.[1];
		} while (cursor !== undefined);
		expect(seen).toEqual([["guid-4", "guid-3"], ["guid-2", "guid-1"], ["guid-0"]]);
	});

	it("redelivers on request, signed, under the same guid", async () => {
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
		await asApp()("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: id });
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

	it("answers 304, limits, and closes connections on request", async () => {
		const first = await asApp()("GET /app");
		const headers = { "if-none-match": String(first.headers.etag) };
		await expect(asApp()("GET /app", { headers })).rejects.toMatchObject({ status: 304 });
		mock.disturb({ by: { kind: "primary_limit", until: Date.now() + 60_000 }, route: "GET /app" });
		await expect(asApp()("GET /app")).rejects.toMatchObject({
			status: 403,
			response: { headers: { "x-ratelimit-remaining": "0" } },
		});
		mock.calm();
		mock.disturb({ by: { kind: "cut" }, times: 1 });
		await expect(asApp()("GET /app")).rejects.toThrow();
		expect((await asApp()("GET /app")).status).toBe(200);
		expect(mock.requests.map(({ line, as, status }) => `${line} ${as} ${status}`)).toEqual([
			"GET /app app 200",
			"GET /app app 304",
			"GET /app app 403",
			"GET /app app 0",
			"GET /app app 200",
		]);
	});
});
