import { readdir } from "node:fs/promises";
import path from "node:path";
import { cacheFolder, filledOnce, isThere, run } from "./server-cache.ts";

/** Programs and the Debian packages that contain them. */
const PACKAGES = {
	prometheus: "prometheus",
	promtool: "prometheus",
	"prometheus-alertmanager": "prometheus-alertmanager",
} as const;
export type DebianProgram = keyof typeof PACKAGES;

/** The path of a program that is installed or unpacked; undefined when neither. */
async function findDebianProgram(name: DebianProgram): Promise<string | undefined> {
	const folders = [...(process.env.PATH ?? "").split(path.delimiter), unpackedTo(name)];
	for (const folder of folders) {
		const program = path.join(folder, name);
		if (await isThere(program)) return program;
	}
	return undefined;
}

/** Finds it, or unpacks its package into the cache: installs nothing, starts no service, needs no root. */
export async function provideDebianProgram(name: DebianProgram): Promise<string> {
	const found = await findDebianProgram(name);
	if (found !== undefined) return found;
	await filledOnce(cacheFolder(`debian-${PACKAGES[name]}`), async (unfinished) => {
		const download = () => run("apt-get", ["download", PACKAGES[name]], { cwd: unfinished });
		// A fresh container has no package lists until it has downloaded them.
		await download().catch(async () => {
			await run("apt-get", ["update"], { cwd: unfinished });
			await download();
		});
		const [file] = (await readdir(unfinished)).filter((entry) => entry.endsWith(".deb"));
		if (file === undefined) throw new Error(`apt-get gave no package ${PACKAGES[name]}`);
		await run("dpkg", ["-x", file, "."], { cwd: unfinished });
	});
	return path.join(unpackedTo(name), name);
}

function unpackedTo(name: DebianProgram): string {
	return path.join(cacheFolder(`debian-${PACKAGES[name]}`), "usr", "bin");
}
