import { isDeepStrictEqual } from "node:util";
import type { Built } from "../pipeline/build/build-artefact.ts";
import { renderDiagnostics } from "../pipeline/build/checks/render-diagnostics.ts";
import type { PackFile } from "../pipeline/build/index.ts";
import { type Diagnostic, PIPELINE_FILE, promptFile } from "../pipeline/build/yaml/diagnostic.ts";
import type { Artefact } from "../pipeline/index.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { cachedOr } from "./cache/disk-cache.ts";
import { shownPath } from "./packs.ts";
import { type PipelineFiles, readPipelineFiles } from "./pipeline-files.ts";

/** A pipeline that was read: built, with what is doubtful in it, or all of its errors. */
export type BuiltPipeline =
	| { readonly ok: true; readonly artefact: Artefact; readonly warnings: Shown }
	| ({ readonly ok: false } & Shown);

/** Diagnostics that name files as the user does; `rendered` is an empty text if there are none. */
export interface Shown {
	readonly diagnostics: readonly Diagnostic[];
	readonly rendered: string;
}

/** `colour`: whether rendered errors may be coloured. */
export async function buildPipeline(file: string, colour = false): Promise<Result<BuiltPipeline>> {
	const files = await readPipelineFiles(file);
	return files.ok ? ok(await buildFiles(files.value, colour)) : files;
}

let last: { readonly files: PipelineFiles; readonly built: Built } | undefined;

/** Files that did not change since the last build are not built again: watching commands see many saves without one. */
async function buildOnce(files: PipelineFiles): Promise<Built> {
	if (last !== undefined && isDeepStrictEqual(last.files, files)) return last.built;
	const built = await buildOrFind(files);
	last = { files, built };
	return built;
}

/** Only good pipelines are cached: what is wrong with the others is checked again. The build is loaded when it is needed. */
async function buildOrFind({ text, packs, prompts, packPrompts }: PipelineFiles): Promise<Built> {
	const sources = { text, packs, prompts, packPrompts };
	const build = async () => (await import("../pipeline/build/build-artefact.ts")).buildArtefact(sources);
	return await cachedOr<Built>("artefacts", { code: ["pipeline"], inputs: sources }, build, ({ ok }) => ok);
}

/** Builds a pipeline from texts that were read, or edited since. */
export async function buildFiles(files: PipelineFiles, colour = false): Promise<BuiltPipeline> {
	const built = await buildOnce(files);
	return built.ok
		? {
				ok: true,
				artefact: { ...built.artefact, source: files.text },
				warnings: inUsersNames(built.warnings, files, colour),
			}
		: { ok: false, ...inUsersNames(built.diagnostics, files, colour) };
}

/** Diagnostics with paths as the user knows them, and as text. */
export function inUsersNames(found: readonly Diagnostic[], files: PipelineFiles, colour: boolean): Shown {
	if (found.length === 0) return { diagnostics: [], rendered: "" };
	const names = namesOf(files);
	const named = (file: string) => names.get(file) ?? file;
	const diagnostics = found.map((diagnostic) => ({
		...diagnostic,
		file: named(diagnostic.file),
		...(diagnostic.related && { related: { ...diagnostic.related, file: named(diagnostic.related.file) } }),
	}));
	return { diagnostics, rendered: renderDiagnostics(diagnostics, sourcesOf(files, names), colour).trimEnd() };
}

/** The artefact, or its errors as one text: for commands that need a valid pipeline. */
export async function loadGoodPipeline(file: string): Promise<Result<Artefact>> {
	const built = await buildPipeline(file);
	if (!built.ok) return built;
	return built.value.ok ? ok(built.value.artefact) : fail(built.value.rendered);
}

/** Maps the build's names, `pipeline.yaml`, `prompts/...` and packs' absolute paths, to paths for the user. */
export function namesOf({ file, packs, promptPaths }: PipelineFiles): ReadonlyMap<string, string> {
	const templates = Object.entries(promptPaths).map(([name, at]) => [promptFile(name), at] as const);
	const packFiles = filesOf(packs).map((pack) => [pack.file, shownPath(pack.file)] as const);
	return new Map([...packFiles, ...templates, [PIPELINE_FILE, file]]);
}

function sourcesOf(files: PipelineFiles, names: ReadonlyMap<string, string>): Record<string, string> {
	const written = new Map([
		...filesOf(files.packs).map(({ file, text }) => [file, text] as const),
		...Object.entries({ ...files.packPrompts, ...files.prompts }).map(
			([name, template]) => [promptFile(name), template] as const,
		),
		[PIPELINE_FILE, files.text] as const,
	]);
	return Object.fromEntries([...names].map(([known, shown]) => [shown, written.get(known) ?? ""]));
}

function filesOf(packs: PipelineFiles["packs"]): readonly PackFile[] {
	return Object.values(packs).flatMap((pack) => ("files" in pack ? pack.files : []));
}
