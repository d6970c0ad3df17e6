import { stripVTControlCharacters } from "node:util";

/** In bytes of JSON: control characters take six bytes each. */
const LONGEST_LINE = 3_000;
const LONGEST_WORD = 300;

/** Untrusted text as one line without terminal escapes: it cannot pose as another line, and a cut is marked. */
export function shownLine(text: string, longest = LONGEST_LINE): string {
	// Do not process all of a text that is far too long.
	const line = stripVTControlCharacters(text.slice(0, longest * 4)).replace(/\r?\n|[\r\u2028\u2029]/g, "\\n");
	let kept = line.slice(0, longest).toWellFormed();
	while (Buffer.byteLength(JSON.stringify(kept)) > longest)
		kept = kept.slice(0, Math.floor(kept.length * 0.8)).toWellFormed();
	const cut = kept.length < line.length || text.length > longest * 4;
	return cut ? `${kept}... (cut, ${text.length} characters)` : kept;
}

/** An untrusted name or reason. */
export function shownWord(text: string): string {
	return shownLine(text, LONGEST_WORD);
}

/** A time as shown in every line; empty when it is invalid. */
export function shownTime(ms: number): string {
	return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : "";
}
