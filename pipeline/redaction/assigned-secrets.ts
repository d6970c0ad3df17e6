import { looksRandom } from "./looks-random.ts";
import { CALL, isPlainValue, isStandIn, isState } from "./plain-value.ts";
import { secretKindOf } from "./secret-name.ts";
import type { SecretSpan } from "./secret-span.ts";

/** Candidates for a secret's name; the whole name decides. */
const WORD = /pass|pwd|_pw|secret|token|key|cred/gi;
const NAME_UNIT = /[\w.-]/;
const LONGEST_NAME = 80;

/** A quote as it is, three of them, escaped, and as HTML and addresses write it. */
const QUOTE = String.raw`(?:"""|'''|\\*["'\x60]|&quot;|&#3[49];|%2[27])`;
/** Separates a name from its value, with quotes and brackets that may close the name. Excludes `==` and `::`. */
const SEPARATOR = new RegExp(String.raw`${QUOTE}?\]?(\s{0,4})(=>|:=|=(?![=>])|:(?![:/])|%3[AD])(\s{0,8})`, "iy");
const FLAG_SEPARATOR = / (?![-|=:]) {0,3}/y;
const BLANKS = /[ \t]{1,4}(?![|=:])/y;
/** A password may begin with an equals sign. */
const EQUALS_TWICE = /=(?==[^\s=])/y;
/** `setPassword("…")`: a call that is given a text. */
const SETTER = /(?:^|\.)(?:(?:set|with|add|use)[A-Z_]\w*|password)$/;
const ARGUMENT = /\(\s{0,3}(?=\\*["'`])/y;
/** `password is "…"`, `PASSWORD '…'`, `Password for root: …`, and a column beside it. */
const PROSE = /\s{1,40}(?:(?:is|was|to)\s{1,3}:?\s{0,3}|(?:for|of)\s{1,3}[^\s:]{1,80}(?:\s{1,3}is|:)\s{1,3})?/y;
/** `define("DB_PASSWORD", "…")`, `setProperty("db.password", "…")`. */
const FIRST_ARGUMENT = /(?:define|set\w{0,40}|put\w{0,40}|add\w{0,40})\(\s{0,3}\\*["'`]$/i;
const SECOND_ARGUMENT = /\\*["'`]\s{0,3},\s{0,3}(?=\\*["'`])/y;
const QUOTED = new RegExp(String.raw`(${QUOTE})((?:(?!\1)(?:\\.|[^\\])){0,8192})`, "iy");
/** A quote inside a word belongs to it. */
const UNQUOTED = /(?:[^\s"'`]|["'`](?=[A-Za-z0-9]))+/y;
const CALLED = new RegExp(`[&!*]{0,2}${CALL}(?=[\\s,;)}\\]?]|$)`, "y");
/** The next field of a query, a form or a connection string. */
const NEXT_FIELD = /[&;](?=[A-Za-z][\w. -]{0,60}=)/;
/** Before a name that its value follows without a sign. */
const DIRECTIVE = /(?:^|\s)(?:ENV|ARG|setx|set -\w+)\s{1,4}$/;
/** Before a name whose value is the rest of the line. */
const STATEMENT = /^\s*(?:export |declare -x |set |\+ )?$/;
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
		const value = valueAfter(line, name, kind);
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
type Name = ReturnType<typeof nameAround>;

function valueAfter(line: string, { start, end }: Name, kind: string): Range | undefined {
	const separator = matchAt(SEPARATOR, line, end);
	if (separator === undefined) return valueWithoutSign(line, { start, end }, kind);
	const at = end + separator[0].length;
	if (matchAt(CALLED, line, at) !== undefined) return undefined;
	const quoted = quotedValue(line, at, kind);
	if (quoted !== undefined) return quoted;
	const spaced = separator[1] !== "" || separator[3] !== "";
	const tight = separator[2] !== ":" && separator[2] !== "=>" && !spaced;
	if (tight && kind === "password" && STATEMENT.test(line.slice(0, start))) {
		return unless(line, at, line.trimEnd().length, kind);
	}
	return tight ? unquotedValue(line, at, NEXT_FIELD, kind) : loneValue(line, at, kind);
}

/** `--password value`, `ENV DB_PASSWORD value`, `setPassword("value")`, `password is "value"`. */
function valueWithoutSign(line: string, { start, end }: Name, kind: string): Range | undefined {
	if (DIRECTIVE.test(line.slice(Math.max(0, start - 20), start))) return flagValue(line, end, BLANKS, kind);
	if (line.charAt(start) === "-") return flagValue(line, end, FLAG_SEPARATOR, kind);
	const setter = SETTER.test(line.slice(start, end)) ? ARGUMENT : undefined;
	const between = FIRST_ARGUMENT.test(line.slice(Math.max(0, start - 60), start)) ? SECOND_ARGUMENT : setter;
	const argument = between === undefined ? undefined : matchAt(between, line, end);
	if (argument !== undefined) return quotedValue(line, end + argument[0].length, kind);
	if (kind !== "password") return undefined;
	const equals = matchAt(EQUALS_TWICE, line, end);
	if (equals !== undefined) return saidValue(line, end + 1, true, kind);
	const prose = matchAt(PROSE, line, end);
	return prose === undefined ? undefined : saidValue(line, end + prose[0].length, prose[0].length > 1, kind);
}

function flagValue(line: string, end: number, separatedBy: RegExp, kind: string): Range | undefined {
	const separator = matchAt(separatedBy, line, end);
	if (separator === undefined) return undefined;
	const at = end + separator[0].length;
	// A backtick closes quoted code.
	if (line.charAt(at) === "`") return undefined;
	return quotedValue(line, at, kind) ?? unquotedValue(line, at, /[;|&]/, kind);
}

/** A word with a digit, letters of both cases or a sign in it. */
const UNUSUAL = /^(?=\S{6,200}$)(?:.*\d|.*[a-z].*[A-Z]|\w+[^\w\s.,-])/;

/**
 * In a sentence or a column: a word that looks generated. An unusual one is enough in quotes, or where a sign or a gap
 * introduces it and the line ends with it.
 */
function saidValue(line: string, at: number, isIntroduced: boolean, kind: string): Range | undefined {
	const quoted = quotedValue(line, at, kind);
	const value = quoted ?? unquotedValue(line, at, NEXT_FIELD, kind);
	if (value === undefined) return undefined;
	const word = line.slice(value.from, value.to);
	const isAlone = quoted !== undefined || (isIntroduced && matchAt(LINE_END, line, value.to) !== undefined);
	if (isAlone && UNUSUAL.test(word) && !/:\d+$/.test(word)) return value;
	return !/\s/.test(word) && word.length >= 8 && looksRandom(word) && !/[/:]\d/.test(word) ? value : undefined;
}

/** Between quotes, or from an unclosed quote to the line's end. */
function quotedValue(line: string, at: number, kind: string): Range | undefined {
	const quoted = matchAt(QUOTED, line, at);
	if (quoted === undefined) return undefined;
	const from = at + (quoted[1] ?? "").length;
	return unless(line, from, from + (quoted[2] ?? "").length, kind);
}

function unquotedValue(line: string, at: number, endsAt: RegExp, kind: string): Range | undefined {
	const word = matchAt(UNQUOTED, line, at)?.[0].split(endsAt, 1)[0] ?? "";
	// Punctuation that closes a list or a sentence is not part of it, unless it closes a stand-in.
	let end = word.length;
	while (end > 0 && CLOSES.includes(word.charAt(end - 1))) {
		if (isStandIn(word.slice(0, end))) return undefined;
		end--;
	}
	return unless(line, at, at + end, kind);
}

/** After `: ` prose may follow: a single word is a value, another word only if it looks generated. */
function loneValue(line: string, at: number, kind: string): Range | undefined {
	const value = unquotedValue(line, at, NEXT_FIELD, kind);
	if (value === undefined) return undefined;
	const isLast = matchAt(LINE_END, line, value.to) !== undefined;
	const word = line.slice(value.from, value.to);
	if (kind === "password" && isState(word)) return undefined;
	if (isLast && !/^\d{1,6}$/.test(word)) return value;
	return word.length >= 8 && looksRandom(word) && !/[/:]\d/.test(word) ? value : undefined;
}

function unless(line: string, from: number, to: number, kind: string): Range | undefined {
	const value = line.slice(from, to);
	const isPlain = value === "" || isPlainValue(value, kind) || /^(?:id|type|src|env)=/.test(value);
	return isPlain ? undefined : { from, to };
}

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | undefined {
	pattern.lastIndex = at;
	return pattern.exec(line) ?? undefined;
}
