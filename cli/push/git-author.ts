import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Who pushes: git's `user.name`, else USER; undefined if neither is set, so that the worker names the token. */
export async function pushAuthor(env: NodeJS.ProcessEnv): Promise<string | undefined> {
	const named = await promisify(execFile)("git", ["config", "user.name"], { env, timeout: 5_000 }).then(
		({ stdout }) => stdout.trim(),
		// No git, no such setting, or a folder that git refuses.
		() => "",
	);
	return named.slice(0, 100) || env.USER || undefined;
}
