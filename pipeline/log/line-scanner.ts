import { type LiteralAutomaton, placeOf } from "../literals/literal-automaton.ts";
import { skipEscape } from "../text/terminal-escapes.ts";
import type { LogSearch } from "./log-search.ts";

const ESC = 0x1b;
const SPACE = 0x20;

/** Scans lines with the search's automaton. Its fields describe the last line scanned. */
export class LineScanner {
	/** The patterns with a literal in the line, each once; only the first `found` entries count. */
	readonly patterns: Int32Array;
	found = 0;
	/** The line has terminal escape sequences. They are skipped, so they split no word. */
	escaped = false;
	/** The line has no unit above U+007F and no escape sequences, whose text is not scanned. */
	onlyAscii = true;
	readonly #automaton: LiteralAutomaton;
	readonly #unprompted: readonly number[];
	/** The line that last had the pattern, or reached the hit state, to skip repeated work. */
	readonly #patternSeen: Int32Array;
	readonly #stateSeen: Int32Array;
	#line = 0;

	constructor(search: LogSearch) {
		this.#automaton = search.automaton;
		this.#unprompted = search.unprompted;
		this.patterns = new Int32Array(search.keys.length);
		this.#patternSeen = new Int32Array(search.keys.length);
		this.#stateSeen = new Int32Array(this.#automaton.ownersAt.length);
	}

	/** The first character that is neither white space nor part of an escape sequence; `end` when there is none. */
	firstVisible(text: string, from: number, end: number): number {
		let at = from;
		while (at < end) {
			const unit = text.charCodeAt(at);
			if (unit === ESC) at = skipEscape(text, at, end);
			else if (unit <= SPACE) at++;
			else break;
		}
		return at;
	}

	scan(text: string, from: number, end: number): void {
		const { columns, width, rows, next, onlyColumn, onlyNext, suffix } = this.#automaton;
		const rowsEnd = rows * width;
		let state = 0;
		let units = 0;
		this.#line++;
		this.found = 0;
		this.escaped = false;
		for (let at = from; at < end; at++) {
			const unit = text.charCodeAt(at);
			if (unit === ESC) {
				this.escaped = true;
				at = skipEscape(text, at, end) - 1;
				continue;
			}
			units |= unit;
			const column = columns[unit] as number;
			// `step`, inlined: this is the innermost loop.
			if (state < rowsEnd) state = next[state + column] as number;
			else {
				while (state >= rowsEnd && onlyColumn[state - rowsEnd] !== column) state = suffix[state - rowsEnd] as number;
				state = (state >= rowsEnd ? onlyNext[state - rowsEnd] : next[state + column]) as number;
			}
			if (state < 0) {
				state = ~state;
				this.#hit(state);
			}
		}
		this.onlyAscii = units <= 0x7f && !this.escaped;
		for (const pattern of this.#unprompted) this.#find(pattern);
	}

	#hit(state: number): void {
		const { ownersAt, owners, nextHit } = this.#automaton;
		for (let place = placeOf(this.#automaton, state); place !== -1; place = nextHit[place] as number) {
			if (this.#stateSeen[place] === this.#line) return;
			this.#stateSeen[place] = this.#line;
			const end = ownersAt[place + 1] as number;
			for (let i = ownersAt[place] as number; i < end; i++) this.#find(owners[i] as number);
		}
	}

	#find(pattern: number): void {
		if (this.#patternSeen[pattern] === this.#line) return;
		this.#patternSeen[pattern] = this.#line;
		this.patterns[this.found++] = pattern;
	}
}
