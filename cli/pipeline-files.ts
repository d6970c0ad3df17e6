import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Pack } from "../pipeline/build/index.ts";
import { ok, type Result } from "../wire/result.ts";
import { cachedOr } from "./cache/disk-cache.ts";
import { findPack, type PackPlace, packPromptFolders, readPack, readShippedPacks, shownPath } from "./packs.ts";
import { readText } from "./read-input.ts";

/** `pipeline.yaml`, the packs that it extends, and the templates of all of them, as written. */
export interface PipelineFiles {
	/** Path of the pipeline's file, as the user gave it. */
	readonly file: string;
	readonly text: string;
	/** By the name under `extends`; their files are named by absolute paths. */
	readonly packs: Readonly<Record<string, Pack>>;
	/** Texts of the templates beside the file, by name, without `.mustache`. */
	readonly prompts: Readonly<Record<string, string>>;
	/** Texts of the templates of packs. */
	readonly packPrompts: Readonly<Record<string, string>>;
	/** Paths of all templates, by name. */
	readonly promptPaths: Readonly<Record<string, string>>;
}

const TEMPLATE = ".mustache";

/** The paths of the pipeline's sources: its file, its packs' files and all templates; also of what is missing. */
export async function pipelineSources(file: string): Promise<string[]> {
	const text = await readText(file);
	const packs = text.ok ? await packsOf(file, text.value) : [];
	const folders = [...packPromptFolders(packs), promptsFolder(file)];
	const templates = await Promise.all(folders.map(templatesIn));
	return [...new Set([file, ...packs.flatMap(([, place]) => pathsOf(place)), ...templates.flat()])];
}

/** The folders of the packs that a pipeline extends, in its order. */
export async function packFolders(file: string): Promise<readonly string[]> {
	const text = await readText(file);
	const packs = text.ok ? await packsOf(file, text.value) : [];
	return packs.flatMap(([, place]) => ("folder" in place && place.folder !== undefined ? [place.folder] : []));
}

export async function readPipelineFiles(file: string): Promise<Result<PipelineFiles>> {
	const text = await readText(file);
	if (!text.ok) return text;
	const places = await packsOf(file, text.value);
	const [packs, own, others] = await Promise.all([
		Promise.all(places.map(async ([name, place]) => [name, await readPack(place)] as const)),
		readPrompts([promptsFolder(file)]),
		readPrompts(packPromptFolders(places)),
	]);
	if (!own.ok) return own;
	if (!others.ok) return others;
	return ok({
		file,
		text: text.value,
		packs: Object.fromEntries(packs),
		prompts: own.value.texts,
		packPrompts: others.value.texts,
		promptPaths: { ...shownPaths(others.value.paths), ...own.value.paths },
	});
}

let last: { readonly text: string; readonly names: readonly string[] } | undefined;

/** What a pipeline extends. A text is parsed once: watching commands ask many times a second. */
async function packsOf(file: string, text: string): Promise<readonly (readonly [string, PackPlace])[]> {
	if (last?.text !== text) last = { text, names: await extendsOf(text) };
	const { names } = last;
	return await Promise.all([...new Set(names)].map(async (name) => [name, await findPack(name, file)] as const));
}

/** Reading YAML takes longer than all else that a cached pipeline needs. */
async function extendsOf(text: string): Promise<readonly string[]> {
	const read = async () => (await import("../pipeline/build/packs/read-policy.ts")).extendsOf(text);
	return await cachedOr<readonly string[]>("extends", { code: ["pipeline"], inputs: text }, read);
}

function pathsOf(place: PackPlace): readonly string[] {
	if (!("problem" in place)) return place.files;
	return place.path === undefined ? [] : [place.path];
}

function promptsFolder(file: string): string {
	return path.join(path.dirname(file), "prompts");
}

function shownPaths(paths: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(paths).map(([name, file]) => [name, shownPath(file)]));
}

interface Templates {
	readonly texts: Readonly<Record<string, string>>;
	readonly paths: Readonly<Record<string, string>>;
}

/** The packs and templates that Healer ships. */
export async function readShippedSources() {
	const folders = packPromptFolders([["healer/", { files: [] }]]);
	const [packs, prompts] = await Promise.all([readShippedPacks(), readPrompts(folders)]);
	if (!prompts.ok) throw new Error(prompts.problem);
	return { packs, prompts: prompts.value.texts };
}

/** A template of a later folder overrides one of the same name. */
async function readPrompts(folders: readonly string[]): Promise<Result<Templates>> {
	const texts: Record<string, string> = {};
	const paths: Record<string, string> = {};
	const files = (await Promise.all(folders.map(templatesIn))).flat();
	const read = await Promise.all(files.map(async (file) => [file, await readText(file)] as const));
	for (const [file, text] of read) {
		if (!text.ok) return text;
		const name = path.basename(file, TEMPLATE);
		texts[name] = text.value;
		paths[name] = file;
	}
	return ok({ texts, paths });
}

/** Sorted, so that the same files always build the same artefact. A missing folder has no templates. */
async function templatesIn(folder: string): Promise<string[]> {
	const names = await readdir(folder).catch(() => []);
	return names
		.filter((name) => name.endsWith(TEMPLATE))
		.sort()
		.map((name) => path.join(folder, name));
}
