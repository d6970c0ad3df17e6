import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { addContext, listContexts, removeContext, selectContext } from "../../../cli/context.ts";
import { release } from "../../../cli/release.ts";
import { stop } from "../../../cli/stop.ts";
import { workerAt } from "../../../cli/worker-api.ts";
import { emptyFolder } from "../pipeline-folder.ts";
import { recordedOutput } from "../recorded-output.ts";
import { stubWorker } from "../stub-worker.ts";

const ENV = { HEALER_STATE_DIR: emptyFolder(), HEALER_OPERATE_TOKENS: "o-1" };
const [ONE, TWO] = ["1".repeat(32), "2".repeat(32)];

describe("stop", () => {
	const worker = () =>
		stubWorker((_, asked) =>
			asked.includes(TWO)
				? { status: 409, body: { error: "there is nothing to stop while it is fixed" } }
				: { body: { status: "cancelled", attempt: 1 } },
		);

	it("goes on behind one that cannot be stopped, and ends with 1", async () => {
		const { url, asked, bodies } = await worker();
		const output = recordedOutput();
		expect(await stop([TWO, ONE, ONE], { url, reason: "fixed by hand" }, ENV, output)).toBe(1);
		expect(asked).toEqual([`/api/incidents/${TWO}/stop`, `/api/incidents/${ONE}/stop`]);
		expect(bodies).toEqual(['{"reason":"fixed by hand"}', '{"reason":"fixed by hand"}']);
		expect(output.problems).toEqual([`${TWO}: there is nothing to stop while it is fixed.`]);
		expect(output.lines).toEqual([`${ONE} is stopped: no further attempt; a CodeRun that runs is not interrupted.`]);
	});

	it("prints a result for each with --json, one a line", async () => {
		const { url } = await worker();
		const output = recordedOutput();
		expect(await stop([ONE, TWO], { url, json: true }, ENV, output)).toBe(1);
		expect(output.lines.map((line) => JSON.parse(line))).toEqual([
			{ id: ONE, status: "cancelled", attempt: 1 },
			{ id: TWO, error: `${TWO}: there is nothing to stop while it is fixed.` },
		]);
	});
});

describe("release", () => {
	it("tries it again now", async () => {
		const { url, asked } = await stubWorker(() => ({ body: { status: "waiting", attempt: 2 } }));
		const output = recordedOutput();
		expect(await release([ONE], { url }, ENV, output)).toBe(0);
		expect(asked).toEqual([`/api/incidents/${ONE}/release`]);
		expect(output.lines).toEqual([`${ONE} is tried again now: attempt 2. Claims and limits still count.`]);
	});
});

describe("context", () => {
	const home = () => ({ HOME: emptyFolder(), HEALER_STATE_DIR: emptyFolder() });
	const url = "https://healer.example.com";

	it("stores workers by name, without tokens, readable by their owner only", async () => {
		const env = home();
		const output = recordedOutput();
		const tokenFile = path.join(env.HOME, "token");
		writeFileSync(tokenFile, "t-file\n");
		expect(await addContext("production", { url, tokenFile }, env, output)).toBe(0);
		expect(await addContext("staging", { url: "https://s.example.com", tokenEnv: "STAGING" }, env, output)).toBe(0);
		const file = path.join(env.HOME, ".config/healer/config.yaml");
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(readFileSync(file, "utf8")).toBe(
			[
				"current: production",
				"contexts:",
				"  production:",
				`    url: ${url}`,
				`    token_file: ${tokenFile}`,
				"  staging:",
				"    url: https://s.example.com",
				"    token_env: STAGING",
				"",
			].join("\n"),
		);
		const at = async (options: object, more: NodeJS.ProcessEnv = {}) =>
			await workerAt(options, { ...env, HEALER_READ_TOKENS: "r", ...more }, "read");
		expect(await at({})).toMatchObject({ value: { url, token: "t-file" } });
		expect(await at({ context: "staging" }, { STAGING: "t-env" })).toMatchObject({
			value: { url: "https://s.example.com", token: "t-env" },
		});
		expect(await at({ token: "given" })).toMatchObject({ value: { url, token: "given" } });
		expect(await at({}, { HEALER_CONTEXT: "staging" })).toEqual({
			ok: false,
			problem: "STAGING, which the context takes its token from, is not set.",
		});
		// What is named outright is asked, with no other worker's token.
		expect(await at({ url: "http://x.example" })).toMatchObject({ value: { url: "http://x.example", token: "r" } });
		expect(await at({}, { HEALER_URL: "http://y.example" })).toMatchObject({
			value: { url: "http://y.example", token: "r" },
		});
		expect(await at({ url, context: "staging" })).toMatchObject({ problem: "Give --url or --context, not both." });
		expect(await at({ context: "nowhere" })).toMatchObject({
			problem: expect.stringContaining("No context is called nowhere: there are production, staging."),
		});
	});

	it("is chosen, listed and removed", async () => {
		const env = home();
		await addContext("a", { url }, env, recordedOutput());
		await addContext("b", { url }, env, recordedOutput());
		expect(await selectContext("b", env, recordedOutput())).toBe(0);
		const listed = recordedOutput();
		await listContexts({ json: true }, env, listed);
		expect(listed.lines.map((line) => JSON.parse(line))).toEqual([
			{ name: "a", current: false, url },
			{ name: "b", current: true, url },
		]);
		expect(await removeContext("b", env, recordedOutput())).toBe(0);
		expect(await workerAt({}, env, "read")).toMatchObject({ ok: false });
		expect(await selectContext("b", env, recordedOutput())).toBe(2);
	});

	it("knows no context that nobody added", async () => {
		const env = home();
		await addContext("a", { url }, env, recordedOutput());
		expect(await selectContext("toString", env, recordedOutput())).toBe(2);
		expect(await removeContext("toString", env, recordedOutput())).toBe(2);
		expect(await workerAt({ context: "toString" }, env, "read")).toMatchObject({
			problem: expect.stringContaining("No context is called toString: there are a."),
		});
	});

	it("refuses what is no worker's address, and a file that is not one of its own", async () => {
		const env = home();
		expect(await addContext("a", { url: "ftp://x" }, env, recordedOutput())).toBe(2);
		expect(await addContext("a", { url: "https:x.example.com" }, env, recordedOutput())).toBe(2);
		expect(await addContext("a b", { url }, env, recordedOutput())).toBe(2);
		const file = path.join(env.HOME, "broken.yaml");
		writeFileSync(file, "contexts: { a: { url: 7 } }\n");
		const output = recordedOutput();
		expect(await listContexts({}, { ...env, HEALER_CONFIG: file }, output)).toBe(2);
		expect(output.problems[0]).toContain(`${file}: contexts.a.url: `);
		const loop = path.join(env.HOME, "loop.yaml");
		symlinkSync(loop, loop);
		expect(await listContexts({}, { ...env, HEALER_CONFIG: loop }, output)).toBe(2);
		expect(output.problems[1]).toContain(`Cannot read ${loop}: `);
		expect(await listContexts({}, { ...env, HOME: "/dev/null" }, output)).toBe(0);
	});
});
