import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "./hub-process.ts";

export interface Clone {
	readonly folder: string;
	remove(): void;
}

/** The files that git has, and nothing that was built; the modules are linked, not installed. */
export function freshClone(): Clone {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-clone-"));
	const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "--deduplicate"], {
		cwd: ROOT,
		encoding: "utf8",
	});
	for (const file of listed.trim().split("\n")) {
		if (/^(test|bench|docs)\//.test(file)) continue;
		cpSync(path.join(ROOT, file), path.join(folder, file));
	}
	symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
