import { copyString } from "./copy-string.ts";
import type { KeptLine } from "./kept-lines.ts";
import type { LineKind } from "./runner-marks.ts";
import { stripEscapes } from "./terminal-escapes.ts";

/** One of the last lines: where it is, what it is, which patterns it has. These objects are used again and again. */
export class RecentLine {
	/** The text it lies in: a chunk while that is being read, a copy of its own afterwards. */
	source = "";
	from = 0;
	end = 0;
	/** Characters left out of its middle. */
	cut = 0;
	escaped = false;
	kind: LineKind = "plain";
	/** The first line of the step that it is in. */
	stepLine = 0;
	/** Line numbers of it and of its last repeat; `seen` and `lastSeen` are the same without blank lines. */
	line = 0;
	lastLine = 0;
	seen = 0;
	lastSeen = 0;
	repeats = 0;
	/** Patterns that it has; those that it may have, but that were not tried, as `~pattern`. Only `hitCount` count. */
	readonly hits: number[] = [];
	hitCount = 0;
	/** UTF-8 bytes beyond its length. */
	extraBytes = 0;
	/** Its place in the excerpt, when it has one. */
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
		this.kept = undefined;
		this.#text = undefined;
	}

	/** Its text without escape sequences; a newline stands where the middle was cut. */
	get text(): string {
		if (this.#text === undefined) {
			const raw = this.source.slice(this.from, this.end);
			this.#text = this.escaped ? stripEscapes(raw) : raw;
		}
		return this.#text;
	}

	/** Is that line the same, letter by letter? Most that begin alike differ near their end, in a number. */
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

	/** Lets go of the chunk. */
	detach(): void {
		this.source = copyString(this.source.slice(this.from, this.end));
		this.end -= this.from;
		this.from = 0;
		this.#text = undefined;
	}
}

/** The last lines that were neither blank nor repeats, in a ring. */
export class RecentLines {
	readonly #ring: RecentLine[];
	/** Place of the line to come. */
	#next = 0;
	/** How many lines the ring has, and how many of the newest lie in the chunk being read. */
	#filled = 0;
	#inChunk = 0;
	/** The object for the next line; `add` makes it the newest, otherwise it is used for the one after it. */
	draft: RecentLine;
	newest: RecentLine | undefined;

	/** One more than `size` is made: a draft overwrites the oldest before it is known whether it stays. */
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

	/** The newest line (`back` 0) or one before it; undefined where the ring ends. */
	back(back: number): RecentLine | undefined {
		if (back >= this.#filled) return undefined;
		const at = this.#next - 1 - back;
		return this.#ring[at < 0 ? at + this.#ring.length : at];
	}

	/** Copies what lies in the chunk that was just read. */
	detach(): void {
		while (this.#inChunk > 0) this.back(--this.#inChunk)?.detach();
		this.draft.place("", 0, 0, 0);
	}
}
