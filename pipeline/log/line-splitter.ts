import { copyString } from "../text/copy-string.ts";

/**
 * One line of the log: `text` from `start` to `end`. A line over the limit consists of its first and last part with a
 * newline between, and `cut` counts the missing characters. `overwritten`: it ended in a lone carriage return.
 */
export type OnLine = (text: string, start: number, end: number, cut: number, overwritten: boolean) => void;

const LF = 10;
const CR = 13;

/**
 * Splits chunks into lines, independent of chunk boundaries. A line ends at `\n`, at lone `\r`s, or at `\r`s and `\n`,
 * the way the runner reads a process's output. A line over `longest` keeps its first three quarters and last quarter of
 * that. Lines within one chunk are passed in place, without a copy.
 */
export class LineSplitter {
	readonly #onLine: OnLine;
	readonly #onCut: (dropped: string) => void;
	readonly #longest: number;
	/** The first part of a line over the limit; else empty. */
	#head = "";
	#carried = "";
	#cut = 0;
	#sawReturn = false;

	/** `onCut` gets the removed part of a long line, in pieces. */
	constructor(longest: number, onLine: OnLine, onCut: (dropped: string) => void) {
		this.#longest = longest;
		this.#onLine = onLine;
		this.#onCut = onCut;
	}

	write(chunk: string): void {
		let at = this.#finishCarried(chunk);
		let newline = -1;
		let carriage = -1;
		while (at < chunk.length) {
			// Each search runs once per occurrence, so a chunk without any costs one search.
			if (newline < at) newline = chunk.charCodeAt(at) === LF ? at : indexOrEnd(chunk, "\n", at);
			if (carriage < at) carriage = chunk.charCodeAt(at) === CR ? at : indexOrEnd(chunk, "\r", at);
			const end = Math.min(newline, carriage);
			const next = end === carriage ? afterReturns(chunk, end) : end + 1;
			if (next >= chunk.length && (end === chunk.length || end === carriage)) {
				// The next chunk decides whether the line, or its line end, continues.
				this.#carry(chunk.slice(at, end));
				this.#sawReturn = end < chunk.length;
				return;
			}
			const closed = end === carriage && chunk.charCodeAt(next) === LF ? next + 1 : next;
			this.#emit(chunk, at, end, end === carriage && closed === next);
			at = closed;
		}
	}

	/** Text after the last line end is a line too, unless it is empty. */
	end(): void {
		if (this.#sawReturn || this.#carried !== "") this.#finish(false);
	}

	/** Ends the line left open by the last chunk, if this chunk ends it; returns where to continue. */
	#finishCarried(chunk: string): number {
		let at = 0;
		if (!this.#sawReturn) {
			if (this.#carried === "") return 0;
			at = endOfLine(chunk);
			this.#carry(chunk.slice(0, at));
			if (at === chunk.length) return at;
			if (chunk.charCodeAt(at) === LF) {
				this.#finish(false);
				return at + 1;
			}
			this.#sawReturn = true;
		}
		at = afterReturns(chunk, at);
		if (at === chunk.length) return at;
		const overwritten = chunk.charCodeAt(at) !== LF;
		this.#finish(overwritten);
		return overwritten ? at : at + 1;
	}

	#emit(text: string, start: number, end: number, overwritten: boolean): void {
		if (end - start <= this.#longest) this.#onLine(text, start, end, 0, overwritten);
		else {
			this.#carry(text.slice(start, end));
			this.#finish(overwritten);
		}
	}

	#carry(piece: string): void {
		if (piece.length > this.#longest) this.#carried += piece;
		else this.#carried += copyString(piece);
		if (this.#carried.length > 2 * this.#longest) this.#shorten();
	}

	#shorten(): void {
		const quarter = this.#longest >> 2;
		if (this.#head === "") {
			this.#head = copyString(this.#carried.slice(0, 3 * quarter));
			this.#carried = this.#carried.slice(3 * quarter);
		}
		const dropped = Math.max(0, this.#carried.length - quarter);
		this.#onCut(this.#carried.slice(0, dropped));
		this.#carried = copyString(this.#carried.slice(dropped));
		this.#cut += dropped;
	}

	#finish(overwritten: boolean): void {
		if (this.#head !== "" || this.#carried.length > this.#longest) this.#shorten();
		const line = this.#head === "" ? this.#carried : `${this.#head}\n${this.#carried}`;
		const cut = this.#cut;
		this.#head = "";
		this.#carried = "";
		this.#cut = 0;
		this.#sawReturn = false;
		this.#onLine(line, 0, line.length, cut, overwritten);
	}
}

function indexOrEnd(text: string, what: string, from: number): number {
	const at = text.indexOf(what, from);
	return at === -1 ? text.length : at;
}

function endOfLine(text: string): number {
	return Math.min(indexOrEnd(text, "\n", 0), indexOrEnd(text, "\r", 0));
}

function afterReturns(text: string, from: number): number {
	let at = from;
	while (at < text.length && text.charCodeAt(at) === CR) at++;
	return at;
}
