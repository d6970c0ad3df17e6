import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { writeAtomic } from "../../relay/cluster/directory/atomic-file.ts";
import { makeFolder } from "../../relay/cluster/directory/make-folder.ts";
import { codeVersion } from "./code-version.ts";

/** What is kept: a pipeline's `extends`, its artefact, the worker's and the page's scripts. Each has a folder. */
export type CacheKind = "extends" | "artefacts" | "worker" | "page";

/** What a cached value was made from: the folders of Healer with the code that made it, and everything that was given to it. */
export interface MadeFrom {
	readonly code: readonly string[];
	/** As JSON. */
	readonly inputs: unknown;
}

/** A place in the cache for one value. */
export interface CacheEntry<T> {
	/** Undefined if it is not in the cache. */
	readonly value: T | undefined;
	/** Writes the value, if the cache can be written and the code is still the same. */
	keep(value: T): Promise<void>;
}

/** The newest of each kind stay. */
const KEPT = 20;
/** A process that was killed while it wrote leaves such files. */
const UNFINISHED_AFTER_MS = 3_600_000;

const NOTHING: CacheEntry<never> = { value: undefined, keep: async () => {} };

/**
 * Looks for the JSON value that was made from exactly this, in the folder that `HEALER_CACHE` names (cli/bin.js sets it). Without a folder, and when
 * it cannot be read or written, nothing is cached. A damaged file counts as missing.
 */
export async function findCached<T>(
	kind: CacheKind,
	{ code, inputs }: MadeFrom,
	root = process.env.HEALER_CACHE,
): Promise<CacheEntry<T>> {
	if (!root || !path.isAbsolute(root)) return NOTHING;
	const version = firstVersion(code);
	if (version === undefined) return NOTHING;
	const folder = path.join(root, kind);
	const file = path.join(folder, sha256(`${version}\n${JSON.stringify(inputs)}`));
	return {
		value: await readValue<T>(file),
		keep: async (value) => {
			if (codeVersion(code) === version) await writeValue(file, JSON.stringify(value)).catch(() => undefined);
		},
	};
}

const versions = new Map<string, string | undefined>();

/** The version as this process first saw it: of the code that it runs. */
function firstVersion(code: readonly string[]): string | undefined {
	const name = code.join();
	if (!versions.has(name)) versions.set(name, codeVersion(code));
	return versions.get(name);
}

/** The first line is the hash of the second, so that half a file is none. */
async function readValue<T>(file: string): Promise<T | undefined> {
	const text = await readFile(file, "utf8").catch(() => "");
	const [sum, json] = [text.slice(0, 64), text.slice(65)];
	return sum === sha256(json) ? (JSON.parse(json) as T) : undefined;
}

async function writeValue(file: string, json: string): Promise<void> {
	await makeFolder(path.dirname(file), 0o700);
	await writeAtomic(file, `${sha256(json)}\n${json}`, 0o600);
	await prune(path.dirname(file));
}

async function prune(folder: string): Promise<void> {
	const files = (await readdir(folder)).map((name) => path.join(folder, name));
	const aged = await Promise.all(files.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })));
	const isUnfinished = ({ file }: { readonly file: string }) => file.endsWith(".tmp");
	const whole = aged.filter((one) => !isUnfinished(one)).sort((a, b) => b.time - a.time);
	const left = aged.filter((one) => isUnfinished(one) && one.time < Date.now() - UNFINISHED_AFTER_MS);
	for (const { file } of [...whole.slice(KEPT), ...left]) await rm(file, { force: true });
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
