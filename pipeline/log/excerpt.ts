import { type KeptLine, REASONS, type Reason, withCommas } from "./kept-lines.ts";
import type { LogLimits } from "./log-limits.ts";
import { extraBytes } from "./utf8-length.ts";

/** Bytes reserved for the mark of a cut or of repeats, including its line end. */
const MARK_BYTES = 48;

/** The share of the budget that one reason may use before the others had their turn. */
const SHARES: Partial<Record<Reason, number>> = { error: 0.35, match_in_zone: 0.5, command: 0.15, near_error: 0.3 };

/** For these reasons the last lines are nearest to the failure; for the others, the first. */
const LAST_FIRST: ReadonlySet<Reason> = new Set(["match_in_zone", "zone", "tail"]);

/**
 * Renders the most important kept lines within the budget, in the log's order. Cuts are marked as
 * `[... 1,204 lines cut ...]`, not counting blank lines, and repeats as `[the line above 37 more times]`. `seen` is the
 * log's number of non-blank lines.
 */
export function renderExcerpt(kept: Iterable<KeptLine>, seen: number, limits: LogLimits): string {
	const lines = [...kept].sort((a, b) => a.line - b.line);
	const chosen = choose(lines, limits);
	const parts: string[] = [];
	let shown = 0;
	for (const line of lines) {
		if (!chosen.has(line)) continue;
		if (line.seen > shown + 1) parts.push(cutMark(line.seen - shown - 1));
		parts.push(line.text);
		if (line.repeats > 0) parts.push(`[the line above ${times(line.repeats)}]`);
		shown = line.lastSeen;
	}
	if (seen > shown) parts.push(cutMark(seen - shown));
	return parts.join("\n");
}

function choose(lines: readonly KeptLine[], limits: LogLimits): ReadonlySet<KeptLine> {
	const chosen = new Set<KeptLine>();
	// Reserve one mark for the end.
	let bytes = limits.excerpt_bytes - MARK_BYTES;
	let count = limits.excerpt_lines - 1;
	for (const share of [SHARES, {}]) {
		for (const reason of REASONS) {
			const part: number = share[reason] ?? 1;
			const leaveBytes = bytes - limits.excerpt_bytes * part;
			const leaveCount = count - limits.excerpt_lines * part;
			for (const at of inOrder(lines, reason)) {
				// Nothing more fits, so skip the work of preparing lines.
				if (count < 1 || bytes < 1) return chosen;
				const line = lines[at] as KeptLine;
				if (chosen.has(line)) continue;
				const marks = marksAdded(lines, at, chosen) + (line.repeats > 0 ? 1 : 0);
				const size = line.text.length + extraBytes(line.text, 0, line.text.length) + 1 + marks * MARK_BYTES;
				if (size > bytes - Math.max(leaveBytes, 0) || 1 + marks > count - Math.max(leaveCount, 0)) continue;
				chosen.add(line);
				bytes -= size;
				count -= 1 + marks;
			}
		}
	}
	return chosen;
}

function inOrder(lines: readonly KeptLine[], reason: Reason): readonly number[] {
	const places = lines.flatMap((line, at) => (line.reason === reason ? [at] : []));
	return LAST_FIRST.has(reason) ? places.reverse() : places;
}

/** How many more marks this line adds: one between two cuts adds one, one that closes a gap removes one. */
function marksAdded(lines: readonly KeptLine[], at: number, chosen: ReadonlySet<KeptLine>): number {
	const line = lines[at] as KeptLine;
	const before = lines[at - 1];
	const after = lines[at + 1];
	const joinsBefore = before !== undefined && chosen.has(before) && before.lastSeen + 1 === line.seen;
	const joinsAfter = after !== undefined && chosen.has(after) && line.lastSeen + 1 === after.seen;
	return 1 - (joinsBefore ? 1 : 0) - (joinsAfter ? 1 : 0);
}

function cutMark(lines: number): string {
	return lines === 1 ? "[... 1 line cut ...]" : `[... ${withCommas(lines)} lines cut ...]`;
}

function times(repeats: number): string {
	return repeats === 1 ? "once more" : `${withCommas(repeats)} more times`;
}
