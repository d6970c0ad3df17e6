import { isPlainValue } from "./plain-value.ts";
import { SECRET_WORD, secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";
import { findInTable, startTable, type Table } from "./table-cells.ts";

/** What the lines so far say about the next one. */
type Expected =
	/** A name was said; its value is in a line `value: ...`. */
	| { readonly form: "value"; readonly kind: string }
	/** `password:` without a value: the value is the next line. */
	| { readonly form: "scalar"; readonly kind: string; readonly indent: number }
	/** `password: |`: all lines that are indented further. */
	| { readonly form: "block"; readonly kind: string; readonly indent: number }
	/** `login name` of a `.netrc`: a line `password ...` follows. */
	| { readonly form: "netrc" }
	| { readonly form: "table"; readonly table: Table };

/** The runner's time before each line, and marks of lists and diffs. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]{8,20}Z ?/;
const NAME_LINE = /^[\s+-]{0,80}["']?(?:name|key)["']?\s{0,3}[:=]\s{0,3}["']?([\w.-]{1,80})["']?,?\s{0,10}$/i;
const VALUE_LINE = /^([\s+-]{0,80}["']?value["']?\s{0,3}[:=]\s{0,3}["']?)([^"'\s][^"'\r]{0,8192})/i;
const OPEN_KEY = /^(\s{0,80}(?:- )?)["']?([\w.-]{1,80})["']?\s{0,3}:\s{0,3}(?:([|>][+-]?\d?[+-]?)\s{0,3}(?:#.*)?)?\s*$/;
/** One scalar: quoted, or a word. */
const SCALAR = /^(\s*)(?:"([^"\r\n]{1,8192})"|'([^'\r\n]{1,8192})'|([^\s"'#-]\S{0,8192}))[,;]?\s*$/;
const LOGIN_LINE = /^\s{0,20}(?:machine|login|account)\s{1,4}\S{1,200}(?:\s{1,4}login\s{1,4}\S{1,200})?\s*$/;
const PASSWORD_LINE = /^(\s{0,20}password\s{1,4})(\S{1,1000})\s*$/;

/**
 * Finds values in the lines after their name: manifests, YAML's block scalars and values on the next line, `.netrc`,
 * tables. One for each text; its lines in order.
 */
export class LaterLines {
	#expected: Expected | undefined;

	/** Whether the next line must be read, even if no rule is for it. */
	get isExpecting(): boolean {
		return this.#expected !== undefined;
	}

	/** Secrets in the line by what earlier lines said. `next` is the line after it. */
	find(whole: string, next: string | undefined): readonly SecretSpan[] {
		const at = /^\d/.test(whole) ? (TIME.exec(whole)?.[0].length ?? 0) : 0;
		const line = whole.slice(at);
		const expected = this.#expected;
		this.#expected = undefined;
		const found = expected === undefined ? undefined : this.#meet(expected, line);
		this.#expected ??= expectAfter(line, next);
		return (found ?? []).map(({ from, to, kind }) => ({ from: from + at, to: to + at, kind }));
	}

	/** The secrets, or undefined if the line is not what was expected. */
	#meet(expected: Expected, line: string): readonly SecretSpan[] | undefined {
		switch (expected.form) {
			case "value":
				return group(VALUE_LINE.exec(line), expected.kind);
			case "netrc":
				return group(PASSWORD_LINE.exec(line), "password");
			case "scalar":
				return scalarIn(line, expected);
			case "block":
				return this.#blockLine(line, expected);
			case "table": {
				const found = findInTable(line, expected.table);
				if (found !== undefined) this.#expected = expected;
				return found;
			}
		}
	}

	#blockLine(line: string, block: Expected & { form: "block" }): readonly SecretSpan[] | undefined {
		const isBlank = line.trim() === "";
		if (!isBlank && indentOf(line) <= block.indent) return undefined;
		this.#expected = block;
		const from = indentOf(line);
		const to = line.trimEnd().length;
		return isBlank || isPlainValue(line.slice(from, to), block.kind) ? [] : [{ from, to, kind: block.kind }];
	}
}

function expectAfter(line: string, next: string | undefined): Expected | undefined {
	if (next === undefined || !(SECRET_WORD.test(line) || LOGIN_LINE.test(line))) return undefined;
	const table = startTable(line, next);
	if (table !== undefined) return { form: "table", table };
	if (LOGIN_LINE.test(line)) return { form: "netrc" };
	const named = NAME_LINE.exec(line)?.[1];
	const kind = named === undefined ? undefined : secretKindOf(named);
	return kind === undefined ? expectBelow(OPEN_KEY.exec(line)) : { form: "value", kind };
}

function expectBelow(open: RegExpExecArray | null): Expected | undefined {
	const kind = secretKindOf(open?.[2] ?? "");
	if (open === null || kind === undefined) return undefined;
	const indent = open[1]?.length ?? 0;
	return { form: open[3] === undefined ? "scalar" : "block", kind, indent };
}

function scalarIn(line: string, { kind, indent }: Expected & { form: "scalar" }): readonly SecretSpan[] | undefined {
	const [whole, before = "", double, single, word] = SCALAR.exec(line) ?? [];
	const value = double ?? single ?? word;
	if (whole === undefined || value === undefined || before.length <= indent) return undefined;
	// Another key, not a value.
	if (word?.endsWith(":") || isPlainValue(value, kind)) return [];
	const from = before.length + (word === undefined ? 1 : 0);
	return [{ from, to: from + value.length, kind }];
}

/** The second group, which follows the first at the line's start. */
function group(match: RegExpExecArray | null, kind: string): readonly SecretSpan[] | undefined {
	if (match === null) return undefined;
	const value = (match[2] ?? "").trimEnd();
	const from = match[1]?.length ?? 0;
	return isPlainValue(value, kind) ? [] : [{ from, to: from + value.length, kind }];
}

function indentOf(line: string): number {
	return line.length - line.trimStart().length;
}
