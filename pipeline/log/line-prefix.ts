import { isDigit } from "../text/is-digit.ts";

const BOM = 0xfeff;
const TAB = 9;
const SPACE = 0x20;
/** Job and step names are short: a longer text without a tab is not a column. */
const LONGEST_COLUMN = 256;

/**
 * What precedes a line's own text: GitHub's timestamp (`2025-01-01T00:00:00.1234567Z `), a byte order mark before it, the
 * columns `job<TAB>step<TAB>` of `gh run view --log`, and BuildKit's `#12 3.456 `. One object is reused for all lines.
 */
export class LinePrefix {
	/** Start of the line's own text. */
	textAt = 0;
	/** Range of the step's column; both 0 when the line has none. */
	stepFrom = 0;
	stepTo = 0;
	/** Whether the log has columns, decided by its first line. */
	#hasColumns: boolean | undefined;

	read(text: string, start: number, end: number): void {
		this.stepFrom = 0;
		this.stepTo = 0;
		this.textAt = afterTimestamp(text, start, end);
		if (this.#hasColumns !== false && this.textAt === start) this.#readColumns(text, start, end);
		this.#hasColumns ??= this.stepTo > 0;
		this.textAt = afterBuildStep(text, this.textAt, end);
	}

	/** A timestamp is ASCII; job and step names, and a byte order mark, may not be. */
	mayBeWide(text: string, start: number): boolean {
		return this.stepTo > 0 || (this.textAt > start && text.charCodeAt(start) === BOM);
	}

	/** Any output may contain tabs; only a timestamp after the second one makes them columns. */
	#readColumns(text: string, start: number, end: number): void {
		const job = findTab(text, start, end);
		if (job === -1) return;
		const step = findTab(text, job + 1, end);
		if (step === -1) return;
		const after = afterTimestamp(text, step + 1, end);
		if (after === step + 1) return;
		this.stepFrom = job + 1;
		this.stepTo = step;
		this.textAt = after;
	}
}

/** The index behind the byte order mark, the timestamp and its one space; `from` when there is no timestamp. */
function afterTimestamp(text: string, from: number, end: number): number {
	const at = from < end && text.charCodeAt(from) === BOM ? from + 1 : from;
	// "2025-01-01T00:00:00Z" has 20 characters. The separators identify it well enough; the digits are not checked.
	if (end - at < 20 || !isDigit(text.charCodeAt(at))) return at;
	if (text.charCodeAt(at + 10) !== 0x54 || text.charCodeAt(at + 4) !== 0x2d || text.charCodeAt(at + 7) !== 0x2d)
		return at;
	if (text.charCodeAt(at + 13) !== 0x3a || text.charCodeAt(at + 16) !== 0x3a) return at;
	let zone = at + 19;
	if (text.charCodeAt(zone) === 0x2e) {
		do zone++;
		while (zone < end && isDigit(text.charCodeAt(zone)));
	}
	if (zone >= end || text.charCodeAt(zone) !== 0x5a) return at;
	return zone + 1 < end && text.charCodeAt(zone + 1) === SPACE ? zone + 2 : zone + 1;
}

/** BuildKit numbers and times each line of a build's output: `#12 3.456 error: ...`. */
function afterBuildStep(text: string, from: number, end: number): number {
	if (text.charCodeAt(from) !== 0x23 || !isDigit(text.charCodeAt(from + 1))) return from;
	let at = from + 2;
	while (at < end && isDigit(text.charCodeAt(at))) at++;
	if (text.charCodeAt(at) !== 0x20 || !isDigit(text.charCodeAt(at + 1))) return from;
	at += 2;
	while (at < end && isDigit(text.charCodeAt(at))) at++;
	if (text.charCodeAt(at) !== 0x2e) return from;
	at++;
	while (at < end && isDigit(text.charCodeAt(at))) at++;
	return at < end && text.charCodeAt(at) === 0x20 ? at + 1 : from;
}

function findTab(text: string, from: number, end: number): number {
	const last = Math.min(end, from + LONGEST_COLUMN);
	for (let at = from; at < last; at++) if (text.charCodeAt(at) === TAB) return at;
	return -1;
}
