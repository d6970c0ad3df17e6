import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const HEALER = path.join(import.meta.dirname, "../..");

/** Read by the worker's imports, and by esbuild. */
const OF_ALL = ["package.json", "tsconfig.base.json"].map((name) => path.join(HEALER, name));

/** npm's own list of everything that it installed, also of what packages need: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
const INSTALLED = "node_modules/.package-lock.json";

/** A clock of the file system may be this much behind the process's. */
const CLOCK_STEP_MS = 1_000;

/**
 * The SHA-256 of every file in this folder of Healer, with the version of Node and the list of installed packages. Undefined when it is
 * not known which code runs: a file cannot be read, or has changed since this process started, which may have loaded it before.
 */
export function codeVersion(folder: string, startedAt = performance.timeOrigin, healer = HEALER): string | undefined {
	const installed = findInstalled(healer);
	if (installed === undefined) return undefined;
	const hash = createHash("sha256").update(`${process.version} ${process.platform} ${process.arch}\n`);
	try {
		const files = [installed, ...OF_ALL, ...filesIn(folder)];
		return files.every((file) => addFile(hash, file, startedAt)) ? hash.digest("hex") : undefined;
	} catch {
		return undefined;
	}
}

/** False if the file is too new. */
function addFile(hash: Hash, file: string, startedAt: number): boolean {
	if (statSync(file).ctimeMs > startedAt - CLOCK_STEP_MS) return false;
	const bytes = readFileSync(file);
	hash.update(`${path.relative(HEALER, file)} ${bytes.length}\n`).update(bytes);
	return true;
}

/** A link counts as the file that it leads to. */
function filesIn(folder: string): readonly string[] {
	return readdirSync(path.resolve(HEALER, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.sort();
}

/** The list of the packages that `folder` uses: npm may put them beside Healer instead of in it. */
function findInstalled(folder: string): string | undefined {
	const list = path.join(folder, INSTALLED);
	if (existsSync(list)) return list;
	const parent = path.dirname(folder);
	return parent === folder ? undefined : findInstalled(parent);
}
