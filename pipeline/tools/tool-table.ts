import type { Field, Tool } from "../artefact.ts";
import { type LogPattern, patternKey } from "../log/log-pattern.ts";
import { ProgramIndex } from "./programs.ts";
import { toolRegex } from "./tool-regex.ts";
import { WordIndex } from "./words.ts";

/** A failure of a tool, with its patterns as written: `printedKey` is their name in a log's reading. */
export interface Failure {
	readonly type: string;
	readonly kind: Tool["kind"];
	readonly prints: readonly string[];
	readonly unless: readonly string[];
	readonly over: readonly string[];
	/** What is printed after it, is what it broke. */
	readonly breaksRest: boolean;
	readonly fix: string;
}

export interface KnownTool {
	readonly name: string;
	readonly field: string;
	readonly kind: Tool["kind"];
	/** Globs of the files that it alone reads. */
	readonly files: readonly string[];
	readonly failures: readonly [Failure, ...Failure[]];
}

/** What a word in a name means: a tool, or only a field. */
export type Meant = { readonly tool: KnownTool } | { readonly field: string };

export interface FieldSource {
	readonly field: string;
	readonly type: string;
	readonly fix: string;
	readonly pattern: string;
	/** Finds `path:line` in a line that has the pattern. */
	readonly place: RegExp;
}

/** `fields` and `tools` of a pipeline, prepared for weighing evidence. */
export interface ToolTable {
	readonly fields: Readonly<Record<string, Field>>;
	readonly tools: readonly KnownTool[];
	/** Each field's failures. */
	readonly failures: ReadonlyMap<string, readonly Failure[]>;
	readonly programs: ProgramIndex<KnownTool>;
	readonly words: WordIndex<Meant>;
	readonly sources: readonly FieldSource[];
}

export function compileToolTable(fields: Readonly<Record<string, Field>>, tools: readonly Tool[]): ToolTable {
	const known = tools.map((tool) => ({ tool: knownTool(tool), written: tool }));
	return {
		fields,
		tools: known.map(({ tool }) => tool),
		failures: failuresByField(known.map(({ tool }) => tool)),
		programs: new ProgramIndex(known.map(({ tool, written }) => ({ entry: tool, programs: written.programs }))),
		words: new WordIndex<Meant>([
			...known.map(({ tool, written }) => ({ entry: { tool }, words: wordsOf(written) })),
			...Object.entries(fields).map(([field, { words }]) => ({ entry: { field }, words })),
		]),
		sources: Object.entries(fields).flatMap(([name, field]) => sourceOf(name, field)),
	};
}

function failuresByField(tools: readonly KnownTool[]): ReadonlyMap<string, readonly Failure[]> {
	const found = new Map<string, Failure[]>();
	for (const { field, failures } of tools) {
		const known = found.get(field);
		if (known === undefined) found.set(field, [...failures]);
		else known.push(...failures);
	}
	return found;
}

/** Every pattern that the table searches logs for. */
export function tablePatterns(fields: Readonly<Record<string, Field>>, tools: readonly Tool[]): readonly LogPattern[] {
	const printed = tools.flatMap(({ failures }) => failures.flatMap(({ prints, unless }) => [...prints, ...unless]));
	const sources = Object.values(fields).flatMap(({ sources: globs }) =>
		globs.length > 0 ? [sourcePattern(globs)] : [],
	);
	return [...printed.map(printedPattern), ...sources];
}

/** A text exactly as printed, or a `/regex/`. */
export function printedPattern(text: string): LogPattern {
	const regex = toolRegex(text);
	return regex === undefined ? { kind: "exact", text } : { kind: "regex", ...regex };
}

/** Its key in a log's reading (see `patternKey`). */
export function printedKey(text: string): string {
	return patternKey(printedPattern(text));
}

/** The text of the table that has this key; undefined for a pattern that only an expression can have. */
export function printedText(key: string): string | undefined {
	if (key.startsWith(EXACTLY)) return key.slice(EXACTLY.length);
	return toolRegex(key) === undefined ? undefined : key;
}

const EXACTLY = patternKey({ kind: "exact", text: "" });

function knownTool({ tool, field, kind, files = [], failures }: Tool): KnownTool {
	// No copies of the patterns: there are thousands, and few are ever printed.
	const [first, ...rest] = failures.map((failure) => ({
		type: failure.type,
		kind: failure.kind ?? kind,
		prints: failure.prints,
		unless: failure.unless,
		over: failure.over,
		breaksRest: failure.breaks_rest === true,
		fix: failure.fix,
	}));
	// The grammar asks for one at least.
	if (first === undefined) throw new Error(`the artefact has no failure of the tool ${tool}`);
	return { name: tool, field, kind, files, failures: [first, ...rest] };
}

/** The words that mean a tool in a name: those that it lists, else its own name and programs of several words. */
function wordsOf({ tool, names, programs }: Tool): readonly string[] {
	return names ?? [tool, ...programs.filter((program) => program.includes(" "))];
}

function sourceOf(name: string, { sources, fix }: Field): readonly FieldSource[] {
	if (sources.length === 0) return [];
	const pattern = sourcePattern(sources);
	// The same alternatives in JavaScript: they hold no more than escaped characters and one class.
	const place = new RegExp(`([\\w@./-]*${filesOf(sources)})(?::|\\()(\\d+)`);
	return [{ field: name, type: `${name}_source`, fix, pattern: patternKey(pattern), place }];
}

function sourcePattern(globs: readonly string[]): LogPattern {
	return { kind: "regex", source: `${filesOf(globs)}(:|\\()\\d+`, flags: "" };
}

/** `(?:\.rs|Dockerfile[\w.-]*)` for `*.rs` and `Dockerfile*`. */
function filesOf(globs: readonly string[]): string {
	return `(?:${globs.map(fileEnd).join("|")})`;
}

function fileEnd(glob: string): string {
	const end = glob.replace(/^\*+(?=\.)/, "");
	return end.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[\\w.-]*");
}
