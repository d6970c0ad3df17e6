import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * The text of one file of a published package, such as `@octokit/openapi@23.0.2`, fetched with `npm pack`. For packages
 * that are too large to be dependencies, and are needed only to regenerate something.
 */
export function packedFile(packageAtVersion: string, file: string): string {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-package-"));
	try {
		const stdio = ["ignore", "ignore", "inherit"] as const;
		execFileSync("npm", ["pack", packageAtVersion, "--silent"], { cwd: folder, stdio: [...stdio] });
		execFileSync("sh", ["-c", 'tar -xzf *.tgz "package/$1"', "sh", file], { cwd: folder });
		return readFileSync(path.join(folder, "package", file), "utf8");
	} finally {
		rmSync(folder, { recursive: true });
	}
}
