import { readdir } from "node:fs/promises";
import path from "node:path";
import { ok, type Result } from "../wire/result.ts";
import { readText } from "./read-input.ts";

/** `pipeline.yaml` and the templates in `prompts/` beside it, as written. */
export interface PipelineFiles {
	/** Path of the pipeline's file, as the user gave it. */
	readonly file: string;
	readonly text: string;
	/** Template texts by name, without `.mustache`. */
	readonly prompts: Readonly<Record<string, string>>;
}

const TEMPLATE = ".mustache";

export function promptsFolder(file: string): string {
	return path.join(path.dirname(file), "prompts");
}

/** The paths of the pipeline's sources: its file and its templates. */
export async function pipelineSources(file: string): Promise<string[]> {
	const folder = promptsFolder(file);
	return [file, ...(await templateNames(folder)).map((name) => path.join(folder, name))];
}

export async function readPipelineFiles(file: string): Promise<Result<PipelineFiles>> {
	const text = await readText(file);
	if (!text.ok) return text;
	const prompts = await readPrompts(promptsFolder(file));
	return prompts.ok ? ok({ file, text: text.value, prompts: prompts.value }) : prompts;
}

async function readPrompts(folder: string): Promise<Result<Record<string, string>>> {
	const prompts: Record<string, string> = {};
	for (const name of await templateNames(folder)) {
		const text = await readText(path.join(folder, name));
		if (!text.ok) return text;
		prompts[name.slice(0, -TEMPLATE.length)] = text.value;
	}
	return ok(prompts);
}

/** Sorted, so that the same files always build the same artefact. A missing folder has no templates. */
async function templateNames(folder: string): Promise<string[]> {
	const names = await readdir(folder).catch(() => []);
	return names.filter((name) => name.endsWith(TEMPLATE)).sort();
}
