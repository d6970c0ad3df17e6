import { looksRandom } from "../redaction/looks-random.ts";
import { redactText } from "../redaction/redact-text.ts";
import { redactionMark } from "../redaction/redaction-mark.ts";
import { copyString } from "../text/copy-string.ts";

/** Why a line is in the excerpt, most important first. The budget is spent in this order. */
export const REASONS = [
	"step_end",
	"error",
	"match_in_zone",
	"command",
	"zone",
	"near_error",
	"first_match",
	"near_match",
	"tail",
] as const;
export type Reason = (typeof REASONS)[number];

const RANK: Readonly<Record<Reason, number>> = Object.fromEntries(
	REASONS.map((reason, rank) => [reason, rank]),
) as Record<Reason, number>;

/** What a recent line gives to be kept. */
interface Keepable {
	readonly line: number;
	readonly seen: number;
	readonly lastSeen: number;
	readonly repeats: number;
	readonly text: string;
	readonly cut: number;
	kept: KeptLine | undefined;
}

export class KeptLine {
	readonly line: number;
	readonly seen: number;
	lastSeen: number;
	repeats: number;
	reason: Reason;
	readonly #whole: string;
	readonly #cut: number;
	#shown: string | undefined;

	constructor(line: Keepable, reason: Reason) {
		this.line = line.line;
		this.seen = line.seen;
		this.lastSeen = line.lastSeen;
		this.repeats = line.repeats;
		this.reason = reason;
		this.#whole = copyString(line.text);
		this.#cut = line.cut;
	}

	/** Without secrets, and cut to a readable length. Computed on demand, because few kept lines are shown. */
	get text(): string {
		this.#shown ??= shownText(this.#whole, this.#cut);
		return this.#shown;
	}
}

/** Characters shown of a kept line, from its start and its end. */
const SHOWN_START = 480;
const SHOWN_END = 120;

/** Keeps a line, or raises a kept line to a more important reason. */
export function keep(line: Keepable, reason: Reason, lines: Set<KeptLine>): void {
	line.kept ??= new KeptLine(line, reason);
	if (RANK[reason] < RANK[line.kept.reason]) line.kept.reason = reason;
	lines.add(line.kept);
}

/**
 * Redacts a line and cuts it to a readable length. Redaction comes first, because half a secret cannot be recognised.
 * `cut` characters are already missing at the text's newline.
 */
function shownText(text: string, cut: number): string {
	if (cut === 0) return shorten(redactText(text), "", 0);
	const newline = text.indexOf("\n");
	return shorten(redactText(text.slice(0, newline)), redactText(withoutCutToken(text.slice(newline + 1))), cut);
}

const LONGEST_SHOWN = 300;

/** One line for people, without secrets, cut at its end. */
export function shownLine(text: string): string {
	const whole = shown(redactText(text));
	return whole.length <= LONGEST_SHOWN ? whole : `${shown(whole.slice(0, LONGEST_SHOWN - 1))}…`;
}

/** `cut` characters are missing between the two parts. */
function shorten(start: string, end: string, cut: number): string {
	const length = start.length + end.length;
	if (length <= SHOWN_START + SHOWN_END) {
		return cut === 0 ? shown(start) : shown(`${start}${cutMark(cut)}${end}`);
	}
	const whole = start + end;
	const missing = cut + length - SHOWN_START - SHOWN_END;
	return shown(`${whole.slice(0, SHOWN_START)}${cutMark(missing)}${whole.slice(-SHOWN_END)}`);
}

function shown(text: string): string {
	return copyString(text).trimEnd().toWellFormed();
}

function cutMark(characters: number): string {
	return `[... ${withCommas(characters)} characters cut ...]`;
}

/** Drops what may be the end of a token, at the edge where its beginning is missing. */
function withoutCutToken(text: string): string {
	const run = /^[\w+/=.~-]{16,}/.exec(text)?.[0] ?? "";
	return looksRandom(run) ? redactionMark("cut text") + text.slice(run.length) : text;
}

/** `1204` as `1,204`. */
export function withCommas(count: number): string {
	return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
