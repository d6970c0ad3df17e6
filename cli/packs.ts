import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Pack, PackFile } from "../pipeline/build/index.ts";
import { readText } from "./read-input.ts";

/** Healer's own folder, where its packs and prompts are. */
const HEALER = path.join(import.meta.dirname, "..");
const PACKS = path.join(HEALER, "packs");
const SHIPPED = "healer/";
const YAML = ".yaml";

/** Where an entry of `extends` leads: the files to read, or why there are none. */
export type PackPlace =
	| { readonly folder?: string; readonly files: readonly string[] }
	/** `path`: where something would have to be. */
	| (Extract<Pack, { problem: string }> & { readonly path?: string });

/** Where an entry of `extends` leads from the pipeline's file: `healer/NAME` to a shipped pack, others to a path. */
export async function findPack(name: string, file: string): Promise<PackPlace> {
	if (name.startsWith(SHIPPED)) {
		const shipped = await shippedPacks();
		const own = shipped.get(name);
		return own === undefined ? { problem: "unknown", shipped: [...shipped.keys()] } : await filesAt(own);
	}
	if (!/^(\.{0,2}\/|\.{1,2}$)/.test(name)) {
		return { problem: "no_path", shipped: [...(await shippedPacks()).keys()] };
	}
	return await filesAt(path.resolve(path.dirname(file), name), file);
}

/** Reads what an entry of `extends` names. */
export async function readPack(place: PackPlace): Promise<Pack> {
	if ("problem" in place) return place;
	const texts = await Promise.all(place.files.map(async (file) => ({ file, text: await readText(file) })));
	const files: PackFile[] = [];
	for (const { file, text } of texts) {
		if (!text.ok) return { problem: "unreadable", why: text.problem };
		files.push({ file, text: text.value });
	}
	return { files };
}

/** The folders of templates that these packs bring along, first the one that a later one overrides. */
export function packPromptFolders(packs: readonly (readonly [string, PackPlace])[]): readonly string[] {
	const shipped = packs.some(([name]) => name.startsWith(SHIPPED)) ? [path.join(HEALER, "prompts")] : [];
	const own = packs.flatMap(([, place]) =>
		"folder" in place && place.folder !== undefined ? [path.join(place.folder, "prompts")] : [],
	);
	return [...shipped, ...own];
}

/** A path for people: relative to where they are, if it is below that. */
export function shownPath(file: string): string {
	const relative = path.relative(process.cwd(), file);
	return relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
}

/** Every pack that Healer ships, by name; files are named by their paths from Healer's folder. */
export async function readShippedPacks(): Promise<Readonly<Record<string, { readonly files: readonly PackFile[] }>>> {
	const read = [...(await shippedPacks())].map(async ([name, place]) => {
		const pack = await readPack(await filesAt(place));
		const files = "files" in pack ? pack.files : [];
		const named = files.map(({ file, text }) => ({ file: path.relative(HEALER, file).replaceAll("\\", "/"), text }));
		return [name, { files: named }] as const;
	});
	return Object.fromEntries(await Promise.all(read));
}

/** Paths of the packs that Healer ships, by name. */
async function shippedPacks(): Promise<ReadonlyMap<string, string>> {
	const entries = await readdir(PACKS, { withFileTypes: true }).catch(() => []);
	const packs = entries.filter((entry) => entry.isDirectory() || entry.name.endsWith(YAML));
	return new Map(
		packs
			.map(({ name }) => [`${SHIPPED}${path.basename(name, YAML)}`, path.join(PACKS, name)] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}

/**
 * A file, or all `*.yaml` of a folder in the order of their names. `file`: the one that extends it and that it may not be; no
 * shipped pack is, and watching commands ask for those many times a second.
 */
async function filesAt(place: string, file?: string): Promise<PackPlace> {
	const found = await stat(place).catch(() => undefined);
	if (found === undefined) return { problem: "missing", path: place };
	if (!found.isDirectory()) {
		return file !== undefined && (await isSame(place, file)) ? { problem: "itself" } : { files: [place] };
	}
	const names = await readdir(place).catch(() => []);
	const files = names
		.filter((name) => name.endsWith(YAML))
		.sort()
		.map((name) => path.join(place, name));
	if (files.length === 0) return { problem: "empty", path: place };
	if (file !== undefined) for (const one of files) if (await isSame(one, file)) return { problem: "itself" };
	return { folder: place, files };
}

async function isSame(a: string, b: string): Promise<boolean> {
	const [one, other] = await Promise.all([a, b].map((file) => realpath(file).catch(() => path.resolve(file))));
	return one === other;
}
