import { detached } from "./detached.ts";
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

	/** Is that line the same, letter by letter? */
	equals(source: string, from: number, end: number, cut: number): boolean {
		if (end - from !== this.end - this.from || cut !== this.cut) return false;
		for (let i = from, own = this.from; i < end; i++, own++) {
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
		this.source = detached(this.source.slice(this.from, this.end));
		this.end -= this.from;
		this.from = 0;
		this.#text = undefined;
	}
}

/** The last lines that were neither blank nor repeats, in a ring. */
export class RecentLines {
	readonly #ring: RecentLine[];
	/** How many lines were ever added; the newest has this number less one. */
	#added = 0;
	#detached = 0;

	/** Two more than `size` are made: `draft` overwrites one before it is known whether it stays. */
	constructor(size: number) {
		this.#ring = Array.from({ length: size + 2 }, () => new RecentLine());
	}

	/** The object for the next line; `add` makes it the newest, otherwise the next draft is the same one. */
	draft(): RecentLine {
		return this.#at(this.#added);
	}

	add(): void {
		this.#added++;
	}

	/** The newest line (`back` 0) or one before it; undefined where the ring ends. */
	back(back: number): RecentLine | undefined {
		return back < this.#added && back < this.#ring.length - 1 ? this.#at(this.#added - 1 - back) : undefined;
	}

	/** Copies what lies in the chunk that was just read. */
	detach(): void {
		const oldest = Math.max(this.#detached, this.#added - this.#ring.length + 1, 0);
		for (let n = oldest; n < this.#added; n++) this.#at(n).detach();
		this.#detached = this.#added;
		this.draft().place("", 0, 0, 0);
	}

	#at(n: number): RecentLine {
		return this.#ring[n % this.#ring.length] as RecentLine;
	}
}
