import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkGitHub } from "../../cli/doctor/checks/github.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";

describe("checkGitHub", () => {
	let github: GitHubMock;
	let variables: { GITHUB_APP_ID: string; GITHUB_PRIVATE_KEY: string; GITHUB_API_URL: string };
	beforeAll(async () => {
		github = await startGitHubMock();
		const { id, privateKey } = github.app;
		variables = { GITHUB_APP_ID: id, GITHUB_PRIVATE_KEY: privateKey, GITHUB_API_URL: github.url };
	});
	afterAll(() => github.close());

	it("shows the App's name at GitHub, with either form of its key", async () => {
		const known = { name: "GitHub App", status: "ok", summary: `GitHub at ${github.url} accepts it: healer.` };
		const needed = { actions: "read", contents: "read" } as const;
		expect(await checkGitHub(variables, needed)).toEqual([known]);
		const pkcs8 = { ...variables, GITHUB_PRIVATE_KEY: github.app.privateKeyPkcs8 };
		expect(await checkGitHub(pkcs8, needed)).toEqual([known]);
	});

	it("lists permissions that the pipeline needs and the App lacks", async () => {
		const needed = { actions: "read", checks: "read", issues: "write", pull_requests: "write" } as const;
		expect(await checkGitHub(variables, needed)).toMatchObject([
			{
				status: "failed",
				summary: "healer lacks permissions that the pipeline needs: checks: read, pull_requests: write.",
			},
		]);
	});

	it("warns of an App that may not have failed jobs run again, if the pipeline does that", async () => {
		const checks = await checkGitHub(variables, { contents: "read" }, undefined, { actions: "write" });
		expect(checks).toMatchObject([
			{ status: "ok" },
			{ name: "reruns", status: "warning", summary: expect.stringContaining("lacks actions: write") },
		]);
	});

	it("warns of an App that may not post check runs, if the pipeline does that", async () => {
		const checks = await checkGitHub(variables, { contents: "read" }, undefined, { checks: "write" });
		expect(checks).toMatchObject([
			{ status: "ok" },
			{ name: "check runs", status: "warning", summary: expect.stringContaining("lacks checks: write") },
		]);
	});

	it("warns without an App of branches whose repository nobody can be asked for, unless they are refused", async () => {
		const none = { GITHUB_APP_ID: "", GITHUB_PRIVATE_KEY: "" };
		expect(await checkGitHub(none, {}, { unknown_heads: "fix" })).toMatchObject([
			{ status: "unknown" },
			{ name: "unknown heads", status: "warning", cure: expect.stringContaining("settings.unknown_heads: refuse") },
		]);
		expect(await checkGitHub(none, {}, { unknown_heads: "refuse" })).toMatchObject([{ status: "unknown" }]);
	});

	it.each([
		[{ GITHUB_APP_ID: "", GITHUB_PRIVATE_KEY: "" }, "unknown", "not checked."],
		[{ GITHUB_APP_ID: "999" }, "failed", "rejects its key (401: A JSON web token could not be decoded"],
		[{ GITHUB_PRIVATE_KEY: "app.pem" }, "failed", "GITHUB_PRIVATE_KEY is a file name: use the file's contents."],
		[{ GITHUB_API_URL: "http://ghe.test" }, "failed", "GITHUB_API_URL is not the https address of an API."],
		[{ GITHUB_API_URL: "http://127.0.0.1:9" }, "unknown", "does not answer ("],
	])("says of %o: %s", async (changed, status, says) => {
		const [check] = await checkGitHub({ ...variables, ...changed }, {});
		expect(check).toMatchObject({ status, summary: expect.stringContaining(says) });
	});
});
