import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Sources } from "../../../pipeline/build/build-artefact.ts";

/** A case of `test/cases/diagnostics`: the good pipeline with these changes, and the exact diagnostics. */
export interface DiagnosticCase {
	readonly case: string;
	/** Texts of the good pipeline, each of which occurs once, and their replacements. */
	readonly change?: Readonly<Record<string, string>>;
	/** A complete file instead of the good one. */
	readonly text?: string;
	/** Prompts that replace or extend the good ones; null removes one. */
	readonly prompts?: Readonly<Record<string, string | null>>;
	readonly diagnostics: readonly {
		/** `file:line:column`. */
		readonly at: string;
		readonly text: string;
		readonly message: string;
		/** Absent for an error. */
		readonly severity?: "warning";
		/** Compared only if present. */
		readonly allowed?: readonly string[];
	}[];
}

const FOLDER = new URL("../../cases/diagnostics/", import.meta.url);

export const goodSources: Sources = {
	text: readFileSync(new URL("good/pipeline.yaml", FOLDER), "utf8"),
	prompts: Object.fromEntries(
		readdirSync(new URL("good/prompts/", FOLDER)).map((file) => [
			file.replace(/\.mustache$/, ""),
			readFileSync(new URL(`good/prompts/${file}`, FOLDER), "utf8"),
		]),
	),
};

/** All cases, by file name. */
export function diagnosticCases(): readonly (readonly [string, readonly DiagnosticCase[]])[] {
	const files = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));
	return files.map((file) => [
		file,
		(parse(readFileSync(new URL(file, FOLDER), "utf8")) as { cases: DiagnosticCase[] }).cases,
	]);
}

/** The case's input. Throws unless each text to change occurs exactly once: otherwise the case would prove nothing. */
export function sourcesOf({ case: name, change = {}, text, prompts = {} }: DiagnosticCase): Sources {
	let changed = text ?? goodSources.text;
	for (const [from, to] of Object.entries(change)) {
		const parts = changed.split(from);
		if (parts.length !== 2) {
			throw new Error(`"${name}" changes a text that is there ${parts.length - 1} times: ${from}`);
		}
		changed = parts.join(to);
	}
	const all = Object.entries<string | null>({ ...goodSources.prompts, ...prompts });
	return {
		text: changed,
		prompts: Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null)),
	};
}
