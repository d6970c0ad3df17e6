import { copyString } from "../text/copy-string.ts";
import { shownLine } from "./kept-lines.ts";
import type { LogLimits } from "./log-limits.ts";
import type { ErrorLine, LogReading, PatternFact } from "./log-reading.ts";
import type { LogSearch } from "./log-search.ts";
import type { RecentLine } from "./recent-lines.ts";

/**
 * Where hits near an error are counted while the outcome is open: lines marked as errors always count; lines before a
 * step's end count if there is such an end; lines before any other error count only if there is none.
 */
export type Zone = "marked" | "step_end" | "error" | "tail";

interface ShownLine {
	readonly text: string;
	readonly headline: string | undefined;
}

/** Counts each pattern's lines, and bounds the work of regexes. */
export class PatternCounts {
	readonly #search: LogSearch;
	readonly #limits: LogLimits;
	readonly #count: Int32Array;
	readonly #first: Int32Array;
	readonly #last: Int32Array;
	readonly #errors: Readonly<Record<Zone, Int32Array>>;
	readonly #zoneFirst: Readonly<Record<Zone, Int32Array>>;
	readonly #zoneLast: Readonly<Record<Zone, Int32Array>>;
	/** The text of the line that `#zoneLast` counts. */
	readonly #zoneText: Readonly<Record<Zone, Map<number, ShownLine>>>;
	/** Characters that each regex processed without a match. */
	readonly #vain: Float64Array;
	#tried = 0;
	#triedInZone = 0;
	/** Lines that were not tried: in the log, and in an error zone. */
	readonly #skipped: Uint8Array;
	readonly #skippedInZone: Uint8Array;

	constructor(search: LogSearch, limits: LogLimits) {
		const size = search.keys.length;
		const perPattern = () => new Int32Array(size);
		const perZone = () => ({ marked: perPattern(), step_end: perPattern(), error: perPattern(), tail: perPattern() });
		this.#search = search;
		this.#limits = limits;
		this.#count = perPattern();
		this.#first = perPattern();
		this.#last = perPattern();
		this.#errors = perZone();
		this.#zoneFirst = perZone();
		this.#zoneLast = perZone();
		this.#zoneText = { marked: new Map(), step_end: new Map(), error: new Map(), tail: new Map() };
		this.#vain = new Float64Array(size);
		this.#skipped = new Uint8Array(size);
		this.#skippedInZone = new Uint8Array(size);
	}

	/** The line has a literal of the pattern: counts it if it matches. Returns true for the pattern's first match. */
	add(pattern: number, line: RecentLine, read: number): boolean {
		const count = this.#count[pattern] as number;
		if (this.#search.isTested[pattern] === 1) {
			if (this.#search.onlyErrors[pattern] === 1 || count >= this.#limits.count || !this.#mayTry(pattern, line, read)) {
				line.addHit(~pattern);
				return false;
			}
			if (!this.#try(pattern, line)) return false;
		}
		line.addHit(pattern);
		this.#countLine(pattern, line.line);
		return count === 0;
	}

	/** Counts a repeat of the same line. */
	repeat(line: RecentLine, at: number): void {
		for (let i = 0; i < line.hitCount; i++) {
			const hit = line.hits[i] as number;
			if (hit < 0) continue;
			if (this.#search.onlyErrors[hit] === 0) this.#countLine(hit, at);
			if (line.kind === "error" || line.kind === "step_end")
				this.#countError("marked", hit, 1, { line: at, lastLine: at });
		}
	}

	/**
	 * Counts the line, with all repeats so far, in that zone. Call once per line and zone. `headline`: the line that its message
	 * begins with.
	 */
	addToZone(zone: Zone, line: RecentLine, headline: () => string | undefined = () => undefined): void {
		this.#settle(line);
		if (line.hitCount === 0) return;
		const shown = { text: line.matched, headline: headline() };
		for (let i = 0; i < line.hitCount; i++) {
			const hit = line.hits[i] as number;
			if (hit >= 0) this.#countError(zone, hit, 1 + line.repeats, line, shown);
		}
	}

	/** `zone` counts in addition to the marked lines. */
	read(zone: Zone): Pick<LogReading, "patterns" | "gave_up"> {
		const facts: [string, PatternFact][] = [];
		const gaveUp: string[] = [];
		this.#search.keys.forEach((key, pattern) => {
			const fact = this.#fact(pattern, zone);
			if (fact) facts.push([key, fact]);
			const unknown = fact === undefined ? this.#skipped[pattern] : 0;
			const unknownError = fact === undefined || fact.errors === 0 ? this.#skippedInZone[pattern] : 0;
			if (unknown === 1 || unknownError === 1) gaveUp.push(key);
		});
		return { patterns: Object.fromEntries(facts), gave_up: gaveUp };
	}

	#fact(pattern: number, zone: Zone): PatternFact | undefined {
		const inZone = (this.#errors.marked[pattern] as number) + (this.#errors[zone][pattern] as number);
		const count = Math.max(this.#count[pattern] as number, Math.min(inZone, this.#limits.count));
		if (count === 0) return undefined;
		const lines = [this.#first, this.#zoneFirst.marked, this.#zoneFirst[zone]].map((each) => each[pattern] as number);
		const lasts = [this.#last, this.#zoneLast.marked, this.#zoneLast[zone]].map((each) => each[pattern] as number);
		const error = this.#errorLine(pattern, zone);
		return {
			count,
			errors: Math.min(inZone, count),
			first: Math.min(...lines.filter((line) => line > 0)),
			last: Math.max(...lasts),
			...(error !== undefined && { error }),
		};
	}

	#errorLine(pattern: number, zone: Zone): ErrorLine | undefined {
		const lastIn = (one: Zone) => this.#zoneLast[one][pattern] as number;
		const found = lastIn("marked") > lastIn(zone) ? "marked" : zone;
		const shown = this.#zoneText[found].get(pattern);
		if (shown === undefined) return undefined;
		const { text, headline } = shown;
		const isOther = headline !== undefined && headline !== text;
		return {
			log: 0,
			line: lastIn(found),
			text: shownLine(text),
			...(isOther && { headline: shownLine(headline) }),
		};
	}

	#countLine(pattern: number, line: number): void {
		const count = this.#count[pattern] as number;
		if (count >= this.#limits.count) return;
		this.#count[pattern] = count + 1;
		if (count === 0) this.#first[pattern] = line;
		this.#last[pattern] = line;
	}

	/** Zones are counted backwards, and a pattern may occur in several. */
	#countError(
		zone: Zone,
		pattern: number,
		lines: number,
		at: Pick<RecentLine, "line" | "lastLine">,
		shown?: ShownLine,
	): void {
		const errors = this.#errors[zone];
		const firsts = this.#zoneFirst[zone];
		const lasts = this.#zoneLast[zone];
		errors[pattern] = (errors[pattern] as number) + lines;
		if (firsts[pattern] === 0 || at.line < (firsts[pattern] as number)) firsts[pattern] = at.line;
		if (at.lastLine <= (lasts[pattern] as number)) return;
		lasts[pattern] = at.lastLine;
		// A repeat has the text of the line before.
		if (shown === undefined) return;
		const { text, headline } = shown;
		// Copies, so that the chunk is released.
		this.#zoneText[zone].set(pattern, {
			text: copyString(text),
			headline: headline === undefined ? undefined : copyString(headline),
		});
	}

	/** A regex without matches may use at most a fifth of the shared budget. */
	#mayTry(pattern: number, line: RecentLine, read: number): boolean {
		const allowance = this.#allowance(read);
		const length = line.end - line.from;
		if (this.#tried + length <= allowance && (this.#vain[pattern] as number) + length <= allowance / 5) return true;
		this.#skipped[pattern] = 1;
		return false;
	}

	#try(pattern: number, line: RecentLine): boolean {
		const length = line.end - line.from;
		this.#tried += length;
		if (this.#search.test(pattern, line.matched)) return true;
		this.#vain[pattern] = (this.#vain[pattern] as number) + length;
		return false;
	}

	/** Tries the deferred regexes, and those without a literal; afterwards the line has only those that match. */
	#settle(line: RecentLine): void {
		let kept = 0;
		for (let i = 0; i < line.hitCount; i++) {
			const hit = line.hits[i] as number;
			if (hit >= 0) line.hits[kept++] = hit;
			else if (this.#matchesInZone(~hit, line)) line.hits[kept++] = ~hit;
		}
		if (!line.settled) {
			for (const pattern of this.#search.unpromptedInErrors) {
				if (this.#matchesInZone(pattern, line)) line.hits[kept++] = pattern;
			}
			line.settled = true;
		}
		line.hitCount = kept;
	}

	#matchesInZone(pattern: number, line: RecentLine): boolean {
		const length = line.end - line.from;
		if (this.#triedInZone + length > this.#limits.zone_regex_characters) {
			this.#skippedInZone[pattern] = 1;
			return false;
		}
		this.#triedInZone += length;
		return this.#search.test(pattern, line.matched);
	}

	#allowance(read: number): number {
		return this.#limits.regex_characters + this.#limits.regex_share * read;
	}
}
