import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AppCreateOptions, createApp } from "../../cli/app-create.ts";
import { apiOf } from "../../cli/github-app/convert-code.ts";
import { type GitHubMock, startGitHubMock } from "../support/github/github-mock.ts";
import { recordedOutput } from "./recorded-output.ts";

const PIPELINE = path.join(import.meta.dirname, "../cases/own-policy/pipeline.yaml");

let github: GitHubMock;
let out: string;
beforeEach(async () => {
	github = await startGitHubMock();
	out = path.join(mkdtempSync(path.join(tmpdir(), "healer-app-")), "github-app.env");
});
afterEach(() => {
	vi.unstubAllEnvs();
	return github.close();
});

/** An `npx` that runs this instead; reads what it left behind in `$FOLDER`. */
function standInForWrangler(script: string): (file: string) => string {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-npx-"));
	writeFileSync(path.join(folder, "npx"), `#!/bin/sh\nFOLDER=${folder}\n${script}\n`, { mode: 0o755 });
	vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
	return (file) => readFileSync(path.join(folder, file), "utf8");
}

/** Runs it until it has printed its page; `done` is its exit code. */
async function begin(given: Partial<AppCreateOptions> = {}) {
	const output = recordedOutput();
	const usual = {
		pipeline: PIPELINE,
		url: "https://healer.acme.example",
		name: "Acme Healer",
		org: "acme",
		store: "file",
		within: 1,
	};
	const done = createApp({ ...usual, githubUrl: "https://github.com", apiUrl: github.url, out, ...given }, output);
	await expect.poll(() => output.lines[0] ?? "").toMatch(/^Open http:/);
	const page = new URL(output.lines[0]?.replace("Open ", "") ?? "");
	const created = (query: Record<string, string>) => fetch(`${page.origin}/created?${new URLSearchParams(query)}`);
	return { output, done, page, created, state: page.searchParams.get("state") ?? "" };
}

describe("healer app create", () => {
	it("posts the manifest to GitHub, takes its redirect and stores the secrets for their owner alone", async () => {
		const { output, done, page, created, state } = await begin();
		const html = await (await fetch(page)).text();
		expect(html).toContain(`action="https://github.com/organizations/acme/settings/apps/new?state=${state}"`);
		const manifest = JSON.parse(/name="manifest" value="([^"]*)"/.exec(html)?.[1]?.replaceAll("&quot;", '"') ?? "");
		expect(manifest).toMatchObject({
			name: "Acme Healer",
			public: false,
			hook_attributes: { url: "https://healer.acme.example/webhooks/github", active: true },
			redirect_url: `${page.origin}/created`,
			default_permissions: { actions: "write", contents: "read", issues: "write", metadata: "read" },
		});
		github.putManifestCode("a-code");
		expect((await created({ code: "a-code", state })).status).toBe(200);
		expect(await done).toBe(0);
		expect(statSync(out).mode & 0o777).toBe(0o600);
		expect(parseEnv(readFileSync(out, "utf8"))).toEqual({
			GITHUB_APP_ID: "4711",
			GITHUB_PRIVATE_KEY: github.app.privateKey.trim(),
			GITHUB_WEBHOOK_SECRET: "the-webhook-secret",
		});
		expect([...output.lines, ...output.problems].join("\n")).not.toMatch(/PRIVATE KEY-|the-webhook-secret/);
		expect(github.requests.map(({ line }) => line)).toEqual(["POST /app-manifests/a-code/conversions"]);
	});

	it("prints the secrets instead, each as one line of an environment file", async () => {
		const { output, done, created, state } = await begin({ store: "show" });
		github.putManifestCode("a-code");
		await created({ code: "a-code", state });
		expect(await done).toBe(0);
		expect(parseEnv(output.lines.filter((line) => /^[A-Z_]+=/.test(line)).join("\n"))).toEqual({
			GITHUB_APP_ID: "4711",
			GITHUB_PRIVATE_KEY: github.app.privateKey.trim(),
			GITHUB_WEBHOOK_SECRET: "the-webhook-secret",
		});
		expect(existsSync(out)).toBe(false);
	});

	it("gives the secrets to wrangler by standard input, and to nobody else", async () => {
		const put = standInForWrangler('cat > "$FOLDER/$4"; echo "$*" >> "$FOLDER/arguments"');
		const { output, done, created, state } = await begin({ store: "wrangler" });
		github.putManifestCode("a-code");
		await created({ code: "a-code", state });
		expect(await done).toBe(0);
		expect(put("GITHUB_APP_ID")).toBe("4711");
		expect(put("GITHUB_PRIVATE_KEY")).toBe(github.app.privateKey);
		expect(put("GITHUB_WEBHOOK_SECRET")).toBe("the-webhook-secret");
		expect(put("arguments").trim().split("\n")).toEqual([
			"wrangler secret put GITHUB_APP_ID",
			"wrangler secret put GITHUB_PRIVATE_KEY",
			"wrangler secret put GITHUB_WEBHOOK_SECRET",
		]);
		expect(existsSync(out)).toBe(false);
		expect([...output.lines, ...output.problems].join("\n")).not.toMatch(/PRIVATE KEY-|the-webhook-secret/);
	});

	it("puts them into the file when wrangler does not take them, and says so by its exit code", async () => {
		standInForWrangler("exit 7");
		const { output, done, created, state } = await begin({ store: "wrangler" });
		github.putManifestCode("a-code");
		await created({ code: "a-code", state });
		expect(await done).toBe(1);
		expect(output.problems).toEqual([
			"wrangler did not take GITHUB_APP_ID: it ended with 7. The secrets go into a file instead.",
		]);
		expect(readFileSync(out, "utf8")).toContain("GITHUB_WEBHOOK_SECRET");
	});

	it("refuses a redirect that it did not ask for, and waits for its own", async () => {
		const { done, page, created, state } = await begin();
		github.putManifestCode("a-code");
		expect((await fetch(page.origin)).status).toBe(403);
		expect((await created({ code: "stolen" })).status).toBe(403);
		expect((await created({ code: "stolen", state: "0".repeat(64) })).status).toBe(403);
		expect((await created({ code: "../app", state })).status).toBe(400);
		expect(await statusAs("evil.example", page)).toBe(421);
		expect(github.requests).toEqual([]);
		await created({ code: "a-code", state });
		expect(await done).toBe(0);
	});

	it("reports a code that is used up", async () => {
		const { output, done, created, state } = await begin();
		await created({ code: "an-old-code", state });
		expect(await done).toBe(1);
		expect(output.problems).toEqual([
			"GitHub answered 404 to the code: it is used up or older than an hour. Run it again.",
		]);
	});

	it("never writes over another file: it may hold the only copy of a key", async () => {
		writeFileSync(out, "a key");
		const { done, created, state } = await begin();
		github.putManifestCode("a-code");
		await created({ code: "a-code", state });
		expect(await done).toBe(0);
		expect(readFileSync(out, "utf8")).toBe("a key");
		expect(readFileSync(`${out}.2`, "utf8")).toContain("GITHUB_APP_ID");
	});

	it("ends when nobody creates an App", async () => {
		const { output, done } = await begin({ within: 0.001 });
		expect(await done).toBe(1);
		expect(output.problems[0]).toMatch(/^No App was created within/);
	});

	it.each([
		[{ url: "http://healer.acme.example" }, /^--url http:/],
		[{ githubUrl: "http://github.acme.example" }, /^--github-url http:/],
		[{ store: "vault" }, /^--store vault: choose wrangler, file, show\.$/],
	])("refuses %j before it opens anything", async (given, problem) => {
		const output = recordedOutput();
		const usual = {
			pipeline: PIPELINE,
			url: "https://healer.acme.example",
			name: "x",
			githubUrl: "https://github.com",
			store: "file",
		};
		expect(await createApp({ ...usual, out, within: 1, ...given }, output)).toBe(2);
		expect(output.problems[0]).toMatch(problem);
	});
});

it.each([
	["https://github.com", "https://api.github.com"],
	["https://acme.ghe.com", "https://api.acme.ghe.com"],
	["https://github.acme.example", "https://github.acme.example/api/v3"],
])("the API of %s is %s", (web, api) => {
	expect(apiOf(web)).toBe(api);
});

/** The same request under another name of this machine. */
function statusAs(host: string, page: URL): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		request(page, { headers: { host } }, (response) => resolve(response.resume().statusCode))
			.on("error", reject)
			.end();
	});
}
