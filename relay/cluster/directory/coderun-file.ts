import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import * as z from "zod";
import { isTerminalPhase, type TerminalPhase } from "../../../wire/outcome.ts";

/** The fields that Healer reads; everything else in the file is left alone. */
const fileSchema = z.object({
	metadata: z.object({
		name: z.string(),
		labels: z.record(z.string(), z.unknown()).nullish(),
		annotations: z.record(z.string(), z.unknown()).nullish(),
	}),
	status: z.record(z.string(), z.unknown()).nullish(),
});

export interface CodeRunFile {
	readonly name: string;
	readonly labels: Readonly<Record<string, unknown>>;
	readonly annotations: Readonly<Record<string, unknown>>;
	readonly status: Readonly<Record<string, unknown>>;
	/** Absent while the CodeRun is unfinished. */
	readonly terminal?: TerminalPhase;
}

/** The path of a CodeRun's file. The name is a DNS label, so it cannot escape the folder. */
export function coderunPath(folder: string, name: string): string {
	return join(folder, `${name}.yaml`);
}

/** The CodeRun's name for a file of the folder; undefined for other files. */
export function coderunNameOf(file: string): string | undefined {
	return /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)\.yaml$/.exec(file)?.[1];
}

/**
 * Reads one file.
 * @throws `ENOENT` and other file system errors, and an error for a file that is not a CodeRun.
 */
export async function readCodeRunFile(folder: string, name: string): Promise<CodeRunFile> {
	return parseCodeRunFile(await readFile(coderunPath(folder, name), "utf8"));
}

/** Reads one file whose CodeRun may have ended; undefined for one that names no phase: parsing takes milliseconds. */
export async function readEndedFile(folder: string, name: string): Promise<CodeRunFile | undefined> {
	const text = await readFile(coderunPath(folder, name), "utf8");
	return text.includes("phase") ? parseCodeRunFile(text) : undefined;
}

function parseCodeRunFile(text: string): CodeRunFile {
	const document = parseDocument(text);
	const [damage] = document.errors;
	if (damage !== undefined) throw damage;
	const { metadata, status } = fileSchema.parse(document.toJS());
	const phase = typeof status?.phase === "string" ? status.phase : undefined;
	return {
		name: metadata.name,
		labels: metadata.labels ?? {},
		annotations: metadata.annotations ?? {},
		status: status ?? {},
		...(isTerminalPhase(phase) ? { terminal: phase } : {}),
	};
}
