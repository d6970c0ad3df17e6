import { hasKeyRun } from "./long-runs.ts";
import { looksRandom } from "./looks-random.ts";
import { redactionMark } from "./redaction-mark.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/** Labels of RFC 7468 and OpenPGP. A log may show a key in one line, with `\n` written out. */
const BEGIN = /-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-{0,5}/;
const END = /-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

/** Replaces each line of a key. */
export const KEY_MARK = redactionMark("private key");

/** May precede each line of a key: indentation, list or diff marks, a quote, a comment sign. */
const BEFORE = String.raw`^[\s>|+\-#*"',]{0,40}`;
/** May follow it: closing quotes, a written line end, a concatenation. */
const BEHIND = String.raw`(?:\\[nr]){0,2}["',+\\\s]{0,10}$`;
const BODY = new RegExp(`${BEFORE}[A-Za-z0-9+/=]{1,100}${BEHIND}`);
/** Full PEM lines of 60 characters or more; a time or a container's name may precede them. */
const FULL = new RegExp(`^(?:.{0,200}[\\s>|#*"',:])?([A-Za-z0-9+/]{60,100}={0,2})${BEHIND}`);
/** Headers inside a key: `Proc-Type: 4,ENCRYPTED`, `DEK-Info: ...`, `Version: ...`. */
const HEADER = new RegExp(`${BEFORE}(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): .{0,200}$`);
/** A line of a PuTTY key; the last one is short. */
const PUTTY_BODY = /^(?:.{0,200}[\s>|:])?[A-Za-z0-9+/]{4,100}={0,2}\s{0,3}$/;
const CUT = /^\[\.\.\. .{1,40} cut \.\.\.\]$/;

/**
 * The lines that belong to a private key, as indexes into `lines`: from its beginning to its end, to the first line
 * that cannot be part of a key, or to the end of the text; from an end without a beginning, upwards; and full lines of
 * a key with both ends cut.
 */
export function privateKeyLines(lines: readonly string[]): ReadonlySet<number> {
	const key = new Set<number>();
	lines.forEach((line, at) => {
		if (isBetweenMarks(lines, at)) key.add(at);
		if (endsKey(line)) upwards(lines, at, key);
		if (line.includes("Private-Lines:")) puttyLines(lines, at, key);
		const begin = line.lastIndexOf("-----BEGIN");
		if (begin !== -1 && BEGIN.test(line) && !END.test(line.slice(begin))) downwards(lines, at, key);
		else if (isFullLine(line)) around(lines, at, key);
	});
	return key;
}

/** Replaces the key's part of the line by a mark. Text before its beginning and after its end stays. */
export function markKeyLine(line: string): string {
	const begin = BEGIN.exec(line);
	const end = END.exec(line);
	if (end !== null && (begin === null || end.index < begin.index)) {
		const behind = line.slice(end.index + end[0].length);
		return `${indentOf(line)}${KEY_MARK}${begin === null ? behind : markKeyLine(behind)}`;
	}
	const body = FULL.exec(line)?.[1];
	const before =
		begin === null
			? body === undefined
				? indentOf(line)
				: line.slice(0, line.lastIndexOf(body))
			: line.slice(0, begin.index);
	const behind = end === null ? (line.endsWith("\r") ? "\r" : "") : line.slice(end.index + end[0].length);
	return `${before}${KEY_MARK}${behind}`;
}

function indentOf(line: string): string {
	return /^\s*/.exec(line)?.[0] ?? "";
}

/** From `BEGIN` to the `END` in the same line, or to the line's end. */
const KEY_IN_A_LINE =
	/-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----BEGIN).)*?(?:-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?=-----BEGIN)|$)/gs;

/** Whether the line ends a key that began before it. */
function endsKey(line: string): boolean {
	const end = END.exec(line);
	const begin = BEGIN.exec(line);
	return end !== null && (begin === null || end.index < begin.index);
}

function downwards(lines: readonly string[], from: number, key: Set<number>): void {
	key.add(from);
	for (let at = from + 1; at < lines.length; at++) {
		const line = lines[at] ?? "";
		if (CUT.test(line) || line.trim() === "") continue;
		if (endsKey(line)) {
			key.add(at);
			return;
		}
		if (BEGIN.test(line)) return;
		// The last line is short, and a time or a name may precede it too.
		const isPart = BODY.test(line) || HEADER.test(line) || isFullLine(line) || endsKey(lines[at + 1] ?? "");
		if (!isPart) return;
		key.add(at);
	}
}

/** The lines of a PuTTY key, as many as its header says. */
function puttyLines(lines: readonly string[], from: number, key: Set<number>): void {
	const count = Number(/Private-Lines:\s{0,3}(\d{1,3})/.exec(lines[from] ?? "")?.[1] ?? 0);
	for (let at = from + 1; at <= from + count && PUTTY_BODY.test(lines[at] ?? ""); at++) key.add(at);
}

function upwards(lines: readonly string[], from: number, key: Set<number>): void {
	key.add(from);
	for (let at = from - 1; at >= 0 && !key.has(at); at--) {
		const line = lines[at] ?? "";
		if (CUT.test(line) || line.trim() === "") continue;
		if (!BODY.test(line) && !HEADER.test(line) && !isFullLine(line)) return;
		key.add(at);
	}
}

/** The short last line of a key whose other lines were redacted one by one. */
function isBetweenMarks(lines: readonly string[], at: number): boolean {
	return (
		(lines[at - 1] ?? "").endsWith(KEY_MARK) && (lines[at + 1] ?? "").includes(KEY_MARK) && BODY.test(lines[at] ?? "")
	);
}

/** A full line, and the short last line after it. */
function around(lines: readonly string[], at: number, key: Set<number>): void {
	key.add(at);
	const next = lines[at + 1];
	if (next !== undefined && next.trim() !== "" && BODY.test(next)) key.add(at + 1);
}

/** A key's base64 has letters of both cases; digests are hexadecimal. */
function isFullLine(line: string): boolean {
	const body = hasKeyRun(line) ? FULL.exec(line)?.[1] : undefined;
	return body !== undefined && /[a-z]/.test(body) && /[A-Z]/.test(body) && looksRandom(body) && !/(.)\1{7}/.test(body);
}

/** Keys within one line. */
export const KEY_IN_A_LINE_RULE: RedactionRule = { literals: ["private key"], find: findKeysInALine };

function findKeysInALine(line: string): SecretSpan[] {
	return Array.from(line.matchAll(KEY_IN_A_LINE), ({ index, 0: whole }) => ({
		from: index,
		to: index + whole.length,
		kind: "private key",
	}));
}
