import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { check } from "../../cli/check.ts";
import { type InitOptions, init } from "../../cli/init.ts";
import { test } from "../../cli/test.ts";
import { recordedOutput } from "../cli/recorded-output.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const WRITTEN: InitOptions = {
	org: "acme",
	agents: "ferris:rust,blaze:frontend+go,atlas",
	healer: "https://git.example/healer",
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), "healer-init-"));
});

async function run(options: InitOptions) {
	const output = recordedOutput();
	return { code: await init(folder, options, output), ...output };
}

function text(name: string): string {
	return readFileSync(path.join(folder, name), "utf8");
}

describe("what healer init writes", () => {
	it.each(["helm", "kustomize"])(
		"writes a repository whose policy is valid and passes its cases, with %s",
		async (deploy) => {
			expect((await run({ ...WRITTEN, deploy })).code).toBe(0);
			const pipeline = path.join(folder, "pipeline.yaml");
			expect(text("pipeline.yaml").split("\n").length).toBeLessThan(60);
			const [checked, tested] = [recordedOutput(), recordedOutput()];
			expect(await check(pipeline, { strict: true }, checked)).toBe(0);
			expect(await test([], { pipeline }, tested)).toBe(0);
			expect(tested.lines.at(-1)).toBe("4 of 4 cases passed.");
			expect(
				parse(text(".github/workflows/healer.yml")).jobs.policy.steps.map((step: { run?: string }) => step.run),
			).toContain("npx healer test");
		},
	);

	it("runs as `npx healer` in the folder once Healer is there", async () => {
		await run(WRITTEN);
		mkdirSync(path.join(folder, "node_modules/.bin"), { recursive: true });
		symlinkSync(path.join(ROOT, "cli/bin.js"), path.join(folder, "node_modules/.bin/healer"));
		const shown = execFileSync("npx", ["healer", "check"], { cwd: folder, encoding: "utf8" });
		expect(shown).toMatch(/^pipeline\.yaml is valid/);
	});
});
