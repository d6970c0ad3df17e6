import {
	type Document,
	isAlias,
	isCollection,
	isMap,
	isPair,
	isScalar,
	LineCounter,
	type Node,
	parseDocument,
	visit,
} from "yaml";
import { boundedMessage } from "../../expression/bounded-message.ts";
import { type Diagnostic, offending, PIPELINE_FILE } from "./diagnostic.ts";
import { offsetInScalar } from "./offset-in-scalar.ts";

export type Path = readonly (string | number)[];

/** A parsed YAML text: its value, and the position of each part. */
export interface YamlSource {
	readonly value: unknown;
	/** An error about the value at the path; if it is missing, about its parent. */
	at(path: Path, message: string, allowed?: readonly string[]): Diagnostic;
	/** An error about the last key of the path. */
	atKey(path: Path, message: string, allowed?: readonly string[]): Diagnostic;
	/** An error about a part of the scalar's text. */
	inText(
		path: Path,
		stretch: { start: number; text: string },
		message: string,
		allowed?: readonly string[],
	): Diagnostic;
}

/** What was read from one YAML text. */
export interface YamlReading {
	readonly source?: YamlSource;
	readonly diagnostics: readonly Diagnostic[];
}

/** A pipeline has a few hundred lines; this is far more. */
const MAX_LENGTH = 1_000_000;
/** Allows aliases, but not alias bombs. */
const MAX_ALIASES = 100;
/** Each level of a mapping counts twice: the mapping and the pair. */
const MAX_DEPTH = 60;
/** Errors that leave the meaning of the rest of the file intact. */
const HARMLESS = new Set(["DUPLICATE_KEY"]);

/**
 * Reads YAML 1.2 with positions; `file` is the name that diagnostics give. `source` is absent when the text cannot be parsed. A harmless error (a duplicate key)
 * gives both a source and a diagnostic.
 */
export function readYaml(text: string, file = PIPELINE_FILE): YamlReading {
	if (text.length > MAX_LENGTH) {
		const message = `The file has more than ${MAX_LENGTH} characters; a pipeline is far smaller.`;
		return { diagnostics: [{ file, line: 1, column: 1, text: "", message }] };
	}
	try {
		return readDocument(text, file);
	} catch (cause) {
		// Very deep nesting overflows the parser's stack.
		const message = `This is not valid YAML: ${boundedMessage(cause)}.`;
		return { diagnostics: [{ file, line: 1, column: 1, text: "", message }] };
	}
}

function readDocument(text: string, file: string): YamlReading {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, keepSourceTokens: true });
	const at: At = (start, end, message, allowed) => {
		const { line, col } = lines.linePos(start);
		return { file, line, column: col, text: offending(text.slice(start, end)), message, ...(allowed && { allowed }) };
	};
	const problems = [...document.errors, ...document.warnings];
	const diagnostics = problems.map(({ code, message, pos }) =>
		at(pos[0], lineEnd(text, pos[0]), wording(code, message)),
	);
	const broken = problems.some(({ code }) => !HARMLESS.has(code));
	const unusable = [
		...aliasDiagnostics(document, at),
		...keyDiagnostics(document, at),
		...depthDiagnostics(document, at),
	];
	if (broken || unusable.length > 0) {
		return { diagnostics: [...diagnostics, ...unusable] };
	}
	try {
		const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
		return { diagnostics, source: { value, ...places(document, text, at) } };
	} catch {
		return { diagnostics: [...diagnostics, at(0, 0, "Aliases expand to far too much. Write the parts out.")] };
	}
}

type At = (start: number, end: number, message: string, allowed?: readonly string[]) => Diagnostic;

function places(document: Document, text: string, at: At): Omit<YamlSource, "value"> {
	return {
		at(path, message, allowed) {
			const { start, end } = rangeOf(document, path, text);
			return at(start, end, message, allowed);
		},
		atKey(path, message, allowed) {
			const { start, end } = keyRange(document, path) ?? rangeOf(document, path, text);
			return at(start, end, message, allowed);
		},
		inText(path, stretch, message, allowed) {
			const { node } = find(document, path);
			const start = isScalar(node) ? offsetInScalar(node, text, stretch.start) : undefined;
			if (start === undefined) {
				return this.at(path, message, allowed);
			}
			const place = at(start, start, message, allowed);
			return { ...place, text: offending(stretch.text) };
		},
	};
}

/** The value's range up to the end of its line; for a missing value, its key or the start of its nearest parent. */
function rangeOf(document: Document, path: Path, text: string): { start: number; end: number } {
	const { node, found } = find(document, path);
	if (found === path.length && node?.range && node.range[1] > node.range[0]) {
		return { start: node.range[0], end: node.range[1] };
	}
	const holder = path.slice(0, found);
	const key = keyRange(document, holder);
	if (key) {
		return key;
	}
	const start = node?.range?.[0] ?? 0;
	return { start, end: lineEnd(text, start) };
}

function keyRange(document: Document, path: Path): { start: number; end: number } | undefined {
	const last = path.at(-1);
	const { node: parent, found } = find(document, path.slice(0, -1));
	if (found !== path.length - 1 || !isMap(parent)) {
		return undefined;
	}
	for (const pair of parent.items) {
		if (isScalar(pair.key) && String(pair.key.value) === String(last) && pair.key.range) {
			return { start: pair.key.range[0], end: pair.key.range[1] };
		}
	}
	return undefined;
}

/** Follows the path as far as it leads, resolving aliases; `found` is the number of steps taken. */
function find(document: Document, path: Path): { node: Node | undefined; found: number } {
	let node: Node | undefined = document.contents ?? undefined;
	for (const [index, step] of path.entries()) {
		const next: unknown = isCollection(node) ? node.get(keyIn(node, step), true) : undefined;
		const resolved = isAlias(next) ? next.resolve(document) : next;
		if (!isCollection(resolved) && !isScalar(resolved)) {
			return { node, found: index };
		}
		node = resolved;
	}
	return { node, found: path.length };
}

/** A key written as a number (`1: x`) is a text in the value but a number in the tree. */
function keyIn(node: Node, step: string | number): unknown {
	if (isMap(node)) {
		const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
		return pair && isPair(pair) && isScalar(pair.key) ? pair.key.value : step;
	}
	return step;
}

function aliasDiagnostics(document: Document, at: At): Diagnostic[] {
	const diagnostics: Diagnostic[] = [];
	visit(document, {
		Alias(_key, alias) {
			const target = alias.resolve(document);
			if (!alias.range || (target && !holds(target, alias))) {
				return;
			}
			const message = target
				? "An alias cannot be part of what it refers to. Write the part out."
				: `There is no anchor \`&${alias.source}\` above. Set it before it is used.`;
			diagnostics.push(at(alias.range[0], alias.range[1], message));
		},
	});
	return diagnostics;
}

function holds(node: Node, inner: Node): boolean {
	return (node.range?.[0] ?? 0) <= (inner.range?.[0] ?? 0) && (inner.range?.[1] ?? 0) <= (node.range?.[1] ?? 0);
}

/** JavaScript treats such a key specially, so it would be lost. */
function keyDiagnostics(document: Document, at: At): Diagnostic[] {
	const diagnostics: Diagnostic[] = [];
	visit(document, {
		Pair(_key, { key }) {
			if (isScalar(key) && key.value === "__proto__" && key.range) {
				diagnostics.push(at(key.range[0], key.range[1], "A key cannot be `__proto__`. Use another one."));
			} else if (isCollection(key) && key.range) {
				diagnostics.push(at(key.range[0], key.range[1], "A key must be a plain text. Put it in quotes."));
			}
		},
	});
	return diagnostics;
}

function depthDiagnostics(document: Document, at: At): Diagnostic[] {
	const diagnostics: Diagnostic[] = [];
	visit(document, {
		Collection(_key, { range }, ancestors) {
			if (ancestors.length <= MAX_DEPTH || !range) {
				return undefined;
			}
			diagnostics.push(at(range[0], range[1], "This is nested far too deep for a pipeline."));
			return visit.BREAK;
		},
	});
	return diagnostics;
}

function wording(code: string, message: string): string {
	switch (code) {
		case "DUPLICATE_KEY":
			return "This key is used twice. Keep one.";
		case "TAB_AS_INDENT":
			return "YAML does not allow tabs as indentation. Use spaces.";
		case "MULTIPLE_DOCS":
			return "A pipeline is one YAML document. Remove the `---`.";
		case "BLOCK_AS_IMPLICIT_KEY":
			return "A second `: ` in one line. Put the text in quotes, or the nested mapping on its own lines.";
		default:
			return `YAML: ${message.replace(/\.?$/, ".")}`;
	}
}

function lineEnd(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end === -1 ? text.length : end;
}
