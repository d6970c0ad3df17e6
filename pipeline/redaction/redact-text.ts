import { withoutInvisible } from "../text/invisible.ts";
import { LaterLines } from "./later-lines.ts";
import { hasKeyRun } from "./long-runs.ts";
import { KEY_MARK, markKeyLine, privateKeyLines } from "./private-key-lines.ts";
import { MARKS, redactionMark } from "./redaction-mark.ts";
import { REDACTION_RULES } from "./redaction-rules.ts";
import { rulesFor } from "./rule-search.ts";
import type { SecretSpan } from "./secret-span.ts";

/** A line with more secrets of one kind is not from a log: the rest of it is removed. */
const MOST_OF_A_SORT = 100;

/**
 * Replaces each secret by a mark of its kind (`[redacted: github token]`). Line ends, masks (`***`) and variables stay.
 * Each line of a private key becomes a mark. Redacting twice changes nothing. What nobody sees cuts no secret: a line
 * with one loses its invisible characters, all others keep theirs.
 */
export function redactText(text: string): string {
	const seen = withoutInvisible(text);
	if (seen === text) return redactSeen(text);
	const redacted = redactSeen(seen);
	if (redacted === seen) return text;
	const [before, after, whole] = [seen.split("\n"), redacted.split("\n"), text.split("\n")];
	return after.map((line, at) => (line === before[at] ? whole[at] : line)).join("\n");
}

function redactSeen(text: string): string {
	let redacted = text;
	// Removing a secret may turn the text around it into a new match.
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const before = redacted;
		redacted = redactOnce(before);
		if (redacted === before) break;
	}
	return redacted;
}

const MOST_ROUNDS = 8;

function redactOnce(text: string): string {
	const mayHaveKey = hasKeyRun(text);
	if (!mayHaveKey && rulesFor(text).length === 0) return text;
	const lines = text.split("\n");
	const keys = mayHaveKey || MAY_HAVE_KEY.test(text) || text.includes(KEY_MARK) ? privateKeyLines(lines) : NO_LINES;
	const later = new LaterLines();
	const redacted = lines.map((line, at) => {
		if (keys.has(at)) {
			const marked = markKeyLine(line);
			return redactLine(marked, rulesFor(marked));
		}
		const rules = rulesFor(line);
		if (rules.length === 0 && !later.isExpecting) return line;
		const values = later.find(line, lines[at + 1]);
		if (values.length === 0) return redactLine(line, rules);
		const replaced = replace(line, values);
		return redactLine(replaced, rulesFor(replaced));
	});
	return redacted.join("\n");
}

const MAY_HAVE_KEY = /PRIVATE KEY|Private-Lines:/;
const NO_LINES: ReadonlySet<number> = new Set();

function redactLine(line: string, rules: readonly number[]): string {
	if (rules.length === 0) return line;
	let parts = line.split(MARKS);
	for (const rule of rules) {
		parts = parts.flatMap((part, at) => (at % 2 === 1 || part === "" ? [part] : redactPart(part, rule)));
	}
	return parts.join("");
}

/** Alternating text and marks, beginning and ending with text. */
function redactPart(part: string, rule: number): readonly string[] {
	const spans = REDACTION_RULES[rule]?.find(part) ?? [];
	return spans.length === 0 ? [part] : replace(part, spans).split(MARKS);
}

function replace(text: string, spans: readonly SecretSpan[]): string {
	const inOrder = [...spans].sort((one, other) => one.from - other.from);
	let kept = "";
	let at = 0;
	for (const { from, to, kind } of inOrder.slice(0, MOST_OF_A_SORT)) {
		if (to <= at || to <= from) continue;
		// The previous mark also covers a match that overlaps it.
		if (from >= at) kept += text.slice(at, from) + redactionMark(kind);
		at = to;
	}
	return inOrder.length > MOST_OF_A_SORT ? kept + redactionMark("rest of the line") : kept + text.slice(at);
}
