import path from "node:path";
import { describe, expect, it } from "vitest";
import { replay } from "../../cli/replay.ts";
import { emptyFolder, write } from "./pipeline-folder.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

const ENV = { GITHUB_WEBHOOK_SECRET: "secret", HEALER_STATE_DIR: emptyFolder() };
const PAYLOAD = write(emptyFolder(), "payload.json", "{}");

describe("replay", () => {
	it("posts to the worker's webhook path when the URL has no path", async () => {
		const worker = await stubWorker(() => ({ status: 202, body: { status: "ignored" } }));
		const output = recordedOutput();
		for (const url of [worker.url, `${worker.url}/`, `${worker.url}/webhooks/github`, `${worker.url}/hooks?team=a`])
			expect(await replay(PAYLOAD, { event: "ping", url }, ENV, output)).toBe(0);
		expect(worker.asked).toEqual(["/webhooks/github", "/webhooks/github", "/webhooks/github", "/hooks?team=a"]);
	});

	it.each([
		["a missing file", "no.json", { event: "ping" }, ENV, "Cannot read no.json: no such file."],
		[
			"an address that is none",
			PAYLOAD,
			{ event: "ping", url: "banana" },
			ENV,
			"banana is not a URL: give one such as",
		],
		[
			"no secret to sign with",
			PAYLOAD,
			{ event: "ping" },
			{ HEALER_STATE_DIR: ENV.HEALER_STATE_DIR },
			`no hub has stored one in ${path.join(ENV.HEALER_STATE_DIR, "secrets.env")}`,
		],
	])("reports the problem with %s", async (_what, file, options, env, problem) => {
		const output = recordedOutput();
		expect(await replay(file, options, env, output)).toBe(2);
		expect(output.problems.join("\n")).toContain(problem);
	});
});
