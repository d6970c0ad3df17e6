import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

it("says in the log's schema which settings keep the relay from starting", () => {
	const main = path.join(import.meta.dirname, "../../../relay/main.ts");
	const { status, stdout, stderr } = spawnSync(process.execPath, [main], { env: {}, encoding: "utf8" });
	expect([status, stderr]).toEqual([2, ""]);
	const lines = stdout.trimEnd().split("\n");
	expect(lines.length).toBeGreaterThan(0);
	for (const line of lines) {
		expect(JSON.parse(line)).toEqual({
			time: expect.stringMatching(/Z$/),
			level: "error",
			message: "relay not started",
			problem: expect.stringMatching(/^HEALER_/),
		});
	}
});
