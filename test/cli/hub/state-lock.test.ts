import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { takeStateLock } from "../../../cli/state/state-lock.ts";
import { emptyFolder } from "../pipeline-folder.ts";

const MODULE = path.join(import.meta.dirname, "../../../cli/state/state-lock.ts");

describe("takeStateLock", () => {
	it("has one holder at a time", () => {
		const file = path.join(emptyFolder(), "hub.lock");
		const lock = takeStateLock(file);
		expect(lock).toBeDefined();
		expect(takeStateLock(file)).toBeUndefined();
		lock?.release();
		const next = takeStateLock(file);
		expect(next).toBeDefined();
		next?.release();
	});

	it("is free again after kill -9 of its process", async () => {
		const file = path.join(emptyFolder(), "hub.lock");
		const script = `import { takeStateLock } from ${JSON.stringify(MODULE)};
			takeStateLock(${JSON.stringify(file)}); console.log("held"); setInterval(() => {}, 1000);`;
		const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		await once(child.stdout, "data");
		expect(takeStateLock(file)).toBeUndefined();
		child.kill("SIGKILL");
		await once(child, "exit");
		const lock = takeStateLock(file);
		expect(lock).toBeDefined();
		lock?.release();
	});
});
