import { spawn } from "node:child_process";
import { access, constants, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

/** A folder next to the cluster's own programs, kept between runs. */
export function cacheFolder(name: string): string {
	return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "healer", name);
}

type Fill = (unfinished: string) => Promise<void>;

const filling = new Map<string, Promise<string>>();

/** Fills the folder if it does not exist; renamed only when complete, so that an interrupted fill is never used. */
export function filledOnce(folder: string, fill: Fill): Promise<string> {
	const pending = filling.get(folder) ?? fillFolder(folder, fill).finally(() => filling.delete(folder));
	filling.set(folder, pending);
	return pending;
}

async function fillFolder(folder: string, fill: Fill): Promise<string> {
	if (await isThere(folder)) return folder;
	const unfinished = `${folder}.${process.pid}`;
	await rm(unfinished, { recursive: true, force: true });
	await mkdir(unfinished, { recursive: true });
	await fill(unfinished);
	await rename(unfinished, folder).catch(async (error: unknown) => {
		// Another process was faster.
		await rm(unfinished, { recursive: true, force: true });
		if (!(await isThere(folder))) throw error;
	});
	return folder;
}

export async function isThere(file: string): Promise<boolean> {
	return access(file, constants.R_OK).then(
		() => true,
		() => false,
	);
}

/**
 * Runs a program to its end, and returns its output.
 * @throws with its last lines when it fails.
 */
export function run(command: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
	return new Promise<string>((resolve, reject) => {
		const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
		let out = "";
		let problems = "";
		child.stdout.on("data", (chunk: Buffer) => {
			out += chunk;
		});
		child.stderr.on("data", (chunk: Buffer) => {
			problems = (problems + chunk).slice(-4_000);
		});
		child.on("error", reject);
		child.on("close", (code) => {
			if (code === 0) resolve(out);
			else reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${problems || out.slice(-4_000)}`));
		});
	});
}
