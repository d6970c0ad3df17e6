import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import own from "../../package.json" with { type: "json" };

const HEALER = path.join(import.meta.dirname, "../..");
const PACKAGES = Object.keys(own.dependencies).filter((name) => name !== own.name);

/** Read by the worker's imports, and by esbuild. */
const OF_ALL = ["package.json", "tsconfig.base.json"].map((name) => path.join(HEALER, name));

/** A clock of the file system may be this much behind the process's. */
const CLOCK_STEP_MS = 1_000;

/**
 * The SHA-256 of every file in these folders of Healer, with the versions of Node and of the installed packages. Undefined when it is not
 * known which code runs: a file has changed since this process started, which may have loaded it before.
 */
export function codeVersion(folders: readonly string[], startedAt = performance.timeOrigin): string | undefined {
	const hash = createHash("sha256").update(`${process.version}\n`);
	for (const file of [...OF_ALL, ...folders.flatMap(filesIn)]) {
		if (statSync(file).ctimeMs > startedAt - CLOCK_STEP_MS) return undefined;
		const bytes = readFileSync(file);
		hash.update(`${path.relative(HEALER, file)} ${bytes.length}\n`).update(bytes);
	}
	for (const name of PACKAGES) hash.update(`${name}@${installedVersion(name)}\n`);
	return hash.digest("hex");
}

function filesIn(folder: string): readonly string[] {
	return readdirSync(path.resolve(HEALER, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.sort();
}

/** npm may put a package beside Healer instead of in it. */
function installedVersion(name: string, from = HEALER): string {
	const file = path.join(from, "node_modules", name, "package.json");
	const text = readIfThere(file);
	if (text !== undefined) return String(JSON.parse(text).version);
	const parent = path.dirname(from);
	return parent === from ? "none" : installedVersion(name, parent);
}

function readIfThere(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
