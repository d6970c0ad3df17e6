import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { goodSources } from "../pipeline/build/diagnostic-cases.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** Creates a folder with the shipped pipeline, edited, and its prompts. Returns the pipeline's path. */
export function pipelineFolder(edit: (text: string) => string = (text) => text): string {
	const folder = emptyFolder();
	cpSync(path.join(ROOT, "prompts"), path.join(folder, "prompts"), { recursive: true });
	const file = path.join(folder, "pipeline.yaml");
	writeFileSync(file, edit(readFileSync(path.join(ROOT, "pipeline.yaml"), "utf8")));
	return file;
}

/** Creates a folder with a small policy of its own, edited: it builds in a moment. Returns the pipeline's path. */
export function smallPolicy(edit: (text: string) => string = (text) => text): string {
	const folder = emptyFolder();
	for (const [name, text] of Object.entries(goodSources.prompts)) write(folder, `prompts/${name}.mustache`, text);
	return write(folder, "pipeline.yaml", edit(goodSources.text));
}

export function emptyFolder(): string {
	return mkdtempSync(path.join(tmpdir(), "healer-cli-"));
}

/** Writes a file and its folder. Returns its path. */
export function write(folder: string, name: string, text: string): string {
	const file = path.join(folder, name);
	mkdirSync(path.dirname(file), { recursive: true });
	writeFileSync(file, text);
	return file;
}
