import type { LiteralAutomaton } from "../literals/literal-automaton.ts";
import { NO_NODE } from "../literals/literal-trie.ts";
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
	/** The line has no unit above U+007F, escape sequences included. */
	onlyAscii = true;
	readonly #automaton: LiteralAutomaton;
	readonly #unprompted: readonly number[];
	/** The line that last had the pattern, or reached the node of a hit, to skip repeated work. */
	readonly #patternSeen: Int32Array;
	readonly #nodeSeen: Int32Array;
	#line = 0;

	constructor(search: LogSearch) {
		this.#automaton = search.automaton;
		this.#unprompted = search.unprompted;
		this.patterns = new Int32Array(search.keys.length);
		this.#patternSeen = new Int32Array(search.keys.length);
		this.#nodeSeen = new Int32Array(this.#automaton.mostNodes);
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
		const automaton = this.#automaton;
		const { columns, start } = automaton;
		let next = automaton.next;
		let state = start;
		let units = 0;
		this.#line++;
		this.found = 0;
		this.escaped = false;
		for (let at = from; at < end; at++) {
			const unit = text.charCodeAt(at);
			if (unit === ESC) {
				this.escaped = true;
				const after = skipEscape(text, at, end);
				while (++at < after) units |= text.charCodeAt(at);
				at--;
				continue;
			}
			units |= unit;
			const column = columns[unit] as number;
			const before = state;
			// `step`, inlined: this is the innermost loop.
			state = next[state + column] as number;
			if (state > 0) continue;
			if (state === 0) {
				state = automaton.step(before, column);
				next = automaton.next;
			}
			if (state < 0) {
				state = ~state;
				this.#hit(state);
			}
		}
		this.onlyAscii = units <= 0x7f;
		for (const pattern of this.#unprompted) this.#find(pattern);
	}

	#hit(state: number): void {
		const automaton = this.#automaton;
		for (let node = automaton.nodeOf(state); node !== NO_NODE; node = automaton.nextHit[node] as number) {
			if (this.#nodeSeen[node] === this.#line) return;
			this.#nodeSeen[node] = this.#line;
			const ends = automaton.endsIn(node);
			for (let index = 0; index < ends; index++) this.#find(automaton.ownerIn(node, index));
		}
	}

	#find(pattern: number): void {
		if (this.#patternSeen[pattern] === this.#line) return;
		this.#patternSeen[pattern] = this.#line;
		this.patterns[this.found++] = pattern;
	}
}
