import { detached } from "./detached.ts";
import type { RecentLine } from "./recent-lines.ts";

/** Why a line is in the excerpt, the most important first. The budget is spent in this order. */
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

/** A line kept for the excerpt, cut to a readable length. */
export interface KeptLine {
	readonly text: string;
	readonly line: number;
	readonly seen: number;
	lastSeen: number;
	repeats: number;
	reason: Reason;
}

/** Lines kept are shown with this many characters of their start and end. */
const SHOWN_START = 480;
const SHOWN_END = 120;

/** Keeps a line, or gives one that is kept the more important reason. */
export function keep(line: RecentLine, reason: Reason, lines: Set<KeptLine>): void {
	line.kept ??= {
		text: shorten(line.text, line.cut),
		line: line.line,
		seen: line.seen,
		lastSeen: line.lastSeen,
		repeats: line.repeats,
		reason,
	};
	if (REASONS.indexOf(reason) < REASONS.indexOf(line.kept.reason)) line.kept.reason = reason;
	lines.add(line.kept);
}

/** `cut` characters are missing at the text's newline already. */
function shorten(text: string, cut: number): string {
	const short = text.length <= SHOWN_START + SHOWN_END;
	if (short && cut === 0) return detached(text).trimEnd().toWellFormed();
	const newline = text.indexOf("\n");
	const start = short ? text.slice(0, newline) : text.slice(0, SHOWN_START);
	const end = short ? text.slice(newline + 1) : text.slice(-SHOWN_END);
	const missing = text.length - (cut > 0 ? 1 : 0) + cut - start.length - end.length;
	return `${start}[... ${withCommas(missing)} characters cut ...]${end}`.trimEnd().toWellFormed();
}

/** `1204` as `1,204`. */
export function withCommas(count: number): string {
	return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
