import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { emptyFolder } from "../cli/pipeline-folder.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const BIN = path.join(ROOT, "cli/bin.js");
/** Makes this Node look like an older one. */
const OLD =
	"data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";

interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

async function run(args: readonly string[]): Promise<Ended> {
	// The test runner requests colour everywhere.
	const { FORCE_COLOR: _, ...env } = process.env;
	try {
		const ended = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
		return { code: 0, ...ended };
	} catch (error) {
		return error as Ended;
	}
}

describe("healer", () => {
	it.each(["start", "check", "build", "test", "explain", "route", "replay", "finish", "doctor"])(
		"helps with %s, by example",
		async (command) => {
			const { code, stdout } = await run([BIN, command, "--help"]);
			expect(code).toBe(0);
			expect(stdout).toContain(`Usage: healer ${command}`);
			expect(stdout).toMatch(/Examples:\n {2}(npm|npx) /);
		},
	);

	it.each([
		[["nonsense"], "unknown command 'nonsense'"],
		[["check", "--nonsense"], "unknown option '--nonsense'"],
		[["explain", "payload.json"], "--event"],
	])("ends with 2 for %j", async (args, said) => {
		const { code, stderr } = await run([BIN, ...args]);
		expect(code).toBe(2);
		expect(stderr).toContain(said);
	});

	it("uses no colour without a terminal", async () => {
		const { code, stdout } = await run([BIN, "test", path.join(ROOT, "test/cases/pipeline/coderun.yaml")]);
		expect(code).toBe(0);
		expect(stdout).toContain("cases passed.");
		expect(stdout).not.toContain("\u001b");
	});

	it("starts the Node from npm when its own is too old, and keeps the exit code", async () => {
		expect(await run(["--import", OLD, BIN, "check", "/nowhere.yaml"])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("Cannot read /nowhere.yaml"),
		});
	});

	it("reports what is missing when npm provided none", async () => {
		const folder = path.join(emptyFolder(), "cli");
		mkdirSync(folder);
		copyFileSync(BIN, path.join(folder, "bin.js"));
		writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
		const { code, stderr } = await run(["--import", OLD, path.join(folder, "bin.js"), "check"]);
		expect(code).toBe(2);
		expect(stderr).toContain("Healer needs Node 24 or newer to run; this is Node 20.1.0.");
		expect(stderr).toContain("npm ci");
	});
});
