import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cleanEnvironment, environmentOf, type Home, ROOT } from "./hub-process.ts";

/** Types a command into a shell in this folder; returns what it prints. `home`: of the hub that it is about, once there is one. */
export async function typeIn(
	folder: string,
	command: string,
	home?: Home,
	env: Readonly<Record<string, string>> = {},
): Promise<string> {
	const variables = { ...cleanEnvironment(), ...(home !== undefined && environmentOf(home)), ...env };
	const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: folder, env: variables });
	return stdout;
}

/** What `git submodule add` and `npm install` leave, without a network: Healer in `healer/`, linked by npm. */
export function linkHealer(repository: string): void {
	symlinkSync(ROOT, path.join(repository, "healer"));
	mkdirSync(path.join(repository, "node_modules/.bin"), { recursive: true });
	symlinkSync("../healer", path.join(repository, "node_modules/healer"));
	symlinkSync("../healer/cli/bin.js", path.join(repository, "node_modules/.bin/healer"));
}
