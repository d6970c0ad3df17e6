import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { writeAtomic } from "../../relay/cluster/directory/atomic-file.ts";
import { makeFolder } from "../../relay/cluster/directory/make-folder.ts";
import { codeVersion } from "./code-version.ts";

/** What is kept: a pipeline's `extends`, its artefact, the scripts of the worker, its local bindings and the page. Each has a folder. */
export type CacheKind = "extends" | "artefacts" | "worker" | "local" | "page";

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

/** So many of each kind stay, those that were used last; a script has megabytes. */
const KEPT: Readonly<Record<CacheKind, number>> = { extends: 20, artefacts: 20, worker: 4, local: 4, page: 4 };
/** A process that was killed while it wrote leaves such files. */
const UNFINISHED_AFTER_MS = 3_600_000;
/** Node never deletes what it compiled, also for another Node or of a Healer that is gone. What is still used is compiled again. */
const COMPILED_FOR_MS = 30 * 24 * 3_600_000;

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
	const known = code.map(firstVersion);
	if (known.includes(undefined)) return NOTHING;
	const file = path.join(root, kind, sha256(`${known.join()}\n${JSON.stringify(inputs)}`));
	return {
		value: await readValue<T>(file),
		keep: async (value) => {
			if (!code.every((folder) => codeVersion(folder) === firstVersion(folder))) return;
			await writeValue(file, JSON.stringify(value))
				.then(() => prune(root, kind))
				.catch(() => undefined);
		},
	};
}

/** The value that was made from exactly this: the cached one, else what `make` makes now, kept for the next time if `isKept`. */
export async function cachedOr<T>(
	kind: CacheKind,
	from: MadeFrom,
	make: () => Promise<T>,
	isKept: (made: T) => boolean = () => true,
): Promise<T> {
	const { value, keep } = await findCached<T>(kind, from);
	if (value !== undefined) return value;
	const made = await make();
	if (isKept(made)) await keep(made);
	return made;
}

const versions = new Map<string, string | undefined>();

/** A folder's version as this process first saw it: of the code that it runs. */
function firstVersion(folder: string): string | undefined {
	if (!versions.has(folder)) versions.set(folder, codeVersion(folder));
	return versions.get(folder);
}

/** The first line is the hash of the second, so that half a file is none. */
async function readValue<T>(file: string): Promise<T | undefined> {
	const text = await readFile(file, "utf8").catch(() => "");
	const [sum, json] = [text.slice(0, 64), text.slice(65)];
	if (sum !== sha256(json)) return undefined;
	const now = new Date();
	await utimes(file, now, now).catch(() => undefined);
	return JSON.parse(json) as T;
}

async function writeValue(file: string, json: string): Promise<void> {
	await makeFolder(path.dirname(file), 0o700);
	await writeAtomic(file, `${sha256(json)}\n${json}`, 0o600);
}

async function prune(root: string, kind: CacheKind): Promise<void> {
	const files = await filesWithAge(path.join(root, kind));
	const isUnfinished = ({ file }: Aged) => file.endsWith(".tmp");
	const whole = files.filter((one) => !isUnfinished(one)).sort((a, b) => a.age_ms - b.age_ms);
	const left = files.filter((one) => isUnfinished(one) && one.age_ms > UNFINISHED_AFTER_MS);
	const compiled = (await filesWithAge(path.join(root, "compiled"))).filter(({ age_ms }) => age_ms > COMPILED_FOR_MS);
	for (const { file } of [...whole.slice(KEPT[kind]), ...left, ...compiled]) await rm(file, { force: true });
}

interface Aged {
	readonly file: string;
	/** Since it was last used; a compiled one's, since it was written. */
	readonly age_ms: number;
}

/** A missing folder has none. A file may be gone by now: other processes prune, too. */
async function filesWithAge(folder: string): Promise<readonly Aged[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
	const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
	const aged = files.map(async (file) => {
		const found = await stat(file).catch(() => undefined);
		return found === undefined ? [] : [{ file, age_ms: Date.now() - found.mtimeMs }];
	});
	return (await Promise.all(aged)).flat();
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
