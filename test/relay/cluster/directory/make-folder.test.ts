import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../../../relay/cluster/directory/make-folder.ts";

const emptyFolder = () => mkdtempSync(path.join(tmpdir(), "healer-folder-"));

describe("makeFolder", () => {
	it("makes a folder and those above it, and takes one that is there", async () => {
		const folder = path.join(emptyFolder(), "a/b/c");
		await makeFolder(folder, 0o700);
		await makeFolder(folder, 0o700);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		await makeFolder("/");
	});

	it("takes a relative path", async () => {
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

	// In /proc of Linux nobody can make a folder, and the answer is ENOENT; elsewhere there is no /proc to make one in.
	it("fails where no folder can ever be made", async () => {
		const folder = process.platform === "linux" ? "/proc/x" : "/dev/null/x";
		await expect(makeFolder(path.join(folder, "y"))).rejects.toMatchObject({
			code: process.platform === "linux" ? "ENOENT" : "ENOTDIR",
		});
	});
});
