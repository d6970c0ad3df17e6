import { stripVTControlCharacters } from "node:util";

/** In bytes of JSON, so that control characters, six bytes each, do not make it large. */
const LONGEST_LINE = 3_000;
const LONGEST_WORD = 300;

/** Text from outside as one line without terminal escapes: no line looks like another, and what is cut is marked. */
export function shownLine(text: string, longest = LONGEST_LINE): string {
	// What is far too long is not looked at in full.
	const line = stripVTControlCharacters(text.slice(0, longest * 4)).replace(/\r?\n|[\r\u2028\u2029]/g, "\\n");
	let kept = line.slice(0, longest).toWellFormed();
	while (Buffer.byteLength(JSON.stringify(kept)) > longest)
		kept = kept.slice(0, Math.floor(kept.length * 0.8)).toWellFormed();
	const cut = kept.length < line.length || text.length > longest * 4;
	return cut ? `${kept}... (cut, ${text.length} characters)` : kept;
}

/** A name or a reason from outside. */
export function shownWord(text: string): string {
	return shownLine(text, LONGEST_WORD);
}

/** A time as every line shows it; what cannot be read is left out. */
export function shownTime(ms: number): string {
	return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : "";
}
