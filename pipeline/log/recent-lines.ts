import { copyString } from "../text/copy-string.ts";
import { stripEscapes } from "../text/terminal-escapes.ts";
import type { KeptLine } from "./kept-lines.ts";
import type { LineKind } from "./runner-marks.ts";

/** One of the last lines: its place, its kind, its patterns. These objects are reused. */
export class RecentLine {
	/** The text that contains the line: a chunk while it is being read, later a copy. */
	source = "";
	from = 0;
	end = 0;
	/** Characters removed from its middle. */
	cut = 0;
	escaped = false;
	kind: LineKind = "plain";
	/** The first line of its step. */
	stepLine = 0;
	/** Line numbers of it and of its last repeat; `seen` and `lastSeen` do not count blank lines. */
	line = 0;
	lastLine = 0;
	seen = 0;
	lastSeen = 0;
	repeats = 0;
	/** Patterns it has, and as `~pattern` those that were not tried yet. Only the first `hitCount` entries count. */
	readonly hits: number[] = [];
	hitCount = 0;
	/** All of its patterns were tried. */
	settled = false;
	/** UTF-8 bytes beyond its length. */
	extraBytes = 0;
	/** Its entry in the excerpt, if any. */
	kept: KeptLine | undefined;
	#text: string | undefined;

	place(source: string, from: number, end: number, cut: number): void {
		this.source = source;
		this.from = from;
		this.end = end;
		this.cut = cut;
		this.escaped = false;
		this.repeats = 0;
		this.hitCount = 0;
		this.settled = false;
		this.kept = undefined;
		this.#text = undefined;
	}

	/** Its text without escape sequences; a newline marks the cut in the middle. */
	get text(): string {
		if (this.#text === undefined) {
			const raw = this.source.slice(this.from, this.end);
			this.#text = this.escaped ? stripEscapes(raw) : raw;
		}
		return this.#text;
	}

	/** Its text without the mark of an error: what patterns are matched with. */
	get matched(): string {
		return this.kind === "error" || this.kind === "step_end" ? withoutMark(this.text) : this.text;
	}

	/** Whether that line has the same text. Lines that begin alike mostly differ near their end, in a number. */
	equals(source: string, from: number, end: number, cut: number): boolean {
		if (end - from !== this.end - this.from || cut !== this.cut) return false;
		for (let i = end - 1, own = this.end - 1; i >= from; i--, own--) {
			if (source.charCodeAt(i) !== this.source.charCodeAt(own)) return false;
		}
		return true;
	}

	addHit(hit: number): void {
		this.hits[this.hitCount++] = hit;
	}

	hasMatch(): boolean {
		for (let i = 0; i < this.hitCount; i++) if ((this.hits[i] as number) >= 0) return true;
		return false;
	}

	/** Releases the chunk. */
	detach(): void {
		this.source = copyString(this.source.slice(this.from, this.end));
		this.end -= this.from;
		this.from = 0;
		this.#text = undefined;
	}
}

/** `##[error]`, as the runner marks an error, or the command that a script gave it: `::error file=a.rs::`. */
function withoutMark(text: string): string {
	return text.replace(/^(?:##\[error\]|::error[^:]*::)/, "");
}

/** Ring of the last lines that were neither blank nor repeats. */
export class RecentLines {
	readonly #ring: RecentLine[];
	/** Index of the next line. */
	#next = 0;
	/** Number of lines in the ring, and number of newest lines that still refer to the current chunk. */
	#filled = 0;
	#inChunk = 0;
	/** The object for the next line. `add` makes it the newest; otherwise the line after it reuses the object. */
	draft: RecentLine;
	newest: RecentLine | undefined;

	/** Allocates `size` + 1: a draft overwrites the oldest line before it is known whether it stays. */
	constructor(size: number) {
		this.#ring = Array.from({ length: size + 1 }, () => new RecentLine());
		this.draft = this.#ring[0] as RecentLine;
	}

	add(): void {
		this.newest = this.draft;
		this.#next = this.#next + 1 === this.#ring.length ? 0 : this.#next + 1;
		this.draft = this.#ring[this.#next] as RecentLine;
		if (this.#filled < this.#ring.length - 1) this.#filled++;
		if (this.#inChunk < this.#filled) this.#inChunk++;
	}

	/** The newest line (`back` 0) or an earlier one; undefined beyond the ring. */
	back(back: number): RecentLine | undefined {
		if (back >= this.#filled) return undefined;
		const at = this.#next - 1 - back;
		return this.#ring[at < 0 ? at + this.#ring.length : at];
	}

	/** Copies the lines that refer to the chunk that was just read. */
	detach(): void {
		while (this.#inChunk > 0) this.back(--this.#inChunk)?.detach();
		this.draft.place("", 0, 0, 0);
	}
}
