import { looksRandom } from "./looks-random.ts";
import { isPlainValue } from "./plain-value.ts";
import { secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** Candidates for a secret's name; the whole name decides. */
const WORD = /pass|pwd|secret|token|key|cred/gi;
const NAME_UNIT = /[\w.-]/;
const LONGEST_NAME = 80;

/** Separates a name from its value, with quotes and brackets that may close the name. Excludes `==` and `::`. */
const SEPARATOR = /(?:\\*["'`])?\]?(\s{0,4})(=>|:=|=(?![=>])|:(?![:/]))(\s{0,8})/y;
const FLAG_SEPARATOR = /( )(?![-|=:])( {0,3})/y;
const QUOTED = /(\\*["'`])((?:(?!\1)(?:\\.|[^\\])){0,8192})/y;
const UNQUOTED = /[^\s"'`]+/y;
const CLOSES = ",;)}]>.";
/** Only brackets, a comma or a comment follow. */
const LINE_END = /[\s,;)}\]]*(?:#.*)?$/y;

/** Values after `token=`, `"secret": `, `--password ` and similar. */
export function findAssignedSecrets(line: string): SecretSpan[] {
	const found: SecretSpan[] = [];
	let from = 0;
	for (const { index } of line.matchAll(WORD)) {
		if (index < from) continue;
		const name = nameAround(line, index);
		from = name.end;
		const kind = secretKindOf(line.slice(name.start, name.end));
		if (kind === undefined) continue;
		const value = valueAfter(line, name.start, name.end, kind);
		if (value === undefined) continue;
		found.push({ ...value, kind });
		from = value.to;
	}
	return found;
}

function nameAround(line: string, at: number): { readonly start: number; readonly end: number } {
	let start = at;
	while (start > 0 && at - start < LONGEST_NAME && NAME_UNIT.test(line.charAt(start - 1))) start--;
	let end = at;
	while (end < line.length && end - at < LONGEST_NAME && NAME_UNIT.test(line.charAt(end))) end++;
	return { start, end };
}

type Range = Pick<SecretSpan, "from" | "to">;

function valueAfter(line: string, start: number, end: number, kind: string): Range | undefined {
	const separator = matchAt(SEPARATOR, line, end);
	if (separator === undefined) return line.charAt(start) === "-" ? flagValue(line, end) : undefined;
	const at = end + separator[0].length;
	const quoted = quotedValue(line, at);
	if (quoted !== undefined) return quoted;
	const spaced = separator[1] !== "" || separator[3] !== "";
	const tight = separator[2] === "=" && !spaced;
	if (tight && kind === "password" && /^\s*(?:export |declare -x |\+ )?$/.test(line.slice(0, start))) {
		return unless(line, at, line.trimEnd().length);
	}
	return tight ? unquotedValue(line, at, /&/) : loneValue(line, at);
}

function flagValue(line: string, end: number): Range | undefined {
	const separator = matchAt(FLAG_SEPARATOR, line, end);
	if (separator === undefined) return undefined;
	const at = end + separator[0].length;
	// A backtick closes quoted code.
	if (line.charAt(at) === "`") return undefined;
	return quotedValue(line, at) ?? unquotedValue(line, at, /[;|&]/);
}

/** Between quotes, or from an unclosed quote to the line's end. */
function quotedValue(line: string, at: number): Range | undefined {
	const quoted = matchAt(QUOTED, line, at);
	if (quoted === undefined) return undefined;
	const from = at + (quoted[1] ?? "").length;
	return unless(line, from, from + (quoted[2] ?? "").length);
}

function unquotedValue(line: string, at: number, endsAt: RegExp): Range | undefined {
	const word = matchAt(UNQUOTED, line, at)?.[0].split(endsAt, 1)[0] ?? "";
	// Punctuation that closes a list or a sentence is not part of it.
	let end = word.length;
	while (end > 0 && CLOSES.includes(word.charAt(end - 1))) end--;
	return unless(line, at, at + end);
}

/** After `: ` prose may follow: a single word is a value, another word only if it looks generated. */
function loneValue(line: string, at: number): Range | undefined {
	const value = unquotedValue(line, at, /&/);
	if (value === undefined) return undefined;
	const isLast = matchAt(LINE_END, line, value.to) !== undefined;
	const word = line.slice(value.from, value.to);
	if (isLast && !/^\d{1,6}$/.test(word)) return value;
	return word.length >= 8 && looksRandom(word) && !/[/:]\d/.test(word) ? value : undefined;
}

function unless(line: string, from: number, to: number): Range | undefined {
	const value = line.slice(from, to);
	return value === "" || isPlainValue(value) || /^(?:id|type|src|env)=/.test(value) ? undefined : { from, to };
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | undefined {
	pattern.lastIndex = at;
	return pattern.exec(line) ?? undefined;
}
