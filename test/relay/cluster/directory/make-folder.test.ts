import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../../../relay/cluster/directory/make-folder.ts";

const emptyFolder = () => mkdtempSync(path.join(tmpdir(), "healer-folder-"));

describe("makeFolder", () => {
	it("creates a folder and its parents, and accepts an existing one", async () => {
		const folder = path.join(emptyFolder(), "a/b/c");
		await makeFolder(folder, 0o700);
		await makeFolder(folder, 0o700);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		await makeFolder("/");
	});

	it("accepts a relative path", async () => {
		const folder = path.join(emptyFolder(), "below");
		await makeFolder(path.relative(process.cwd(), folder));
		expect(statSync(folder).isDirectory()).toBe(true);
	});

	it("fails where a file is in the way", async () => {
		const file = path.join(emptyFolder(), "file");
		writeFileSync(file, "");
		await expect(makeFolder(file)).rejects.toMatchObject({ code: "EEXIST" });
		await expect(makeFolder(path.join(file, "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
	});

	// In Linux's /proc nobody can create a folder, and the error is ENOENT; other systems have no /proc to create one in.
	it("fails where a folder can never be created", async () => {
		const folder = process.platform === "linux" ? "/proc/x" : "/dev/null/x";
		await expect(makeFolder(path.join(folder, "y"))).rejects.toMatchObject({
			code: process.platform === "linux" ? "ENOENT" : "ENOTDIR",
		});
	});
});
