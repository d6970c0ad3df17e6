import { spellings } from "./case-fold.ts";
import { NO_NODE, type OwnedLiteral, ROOT, TrieNodes } from "./literal-trie.ts";

/** States from here on have no row; see `LiteralAutomaton`. */
export const ROWLESS = 2 ** 30;

/** Nodes this close to the root always have a row, because most of a text is spent there. */
const ALWAYS_ROWS = 2;

/**
 * Finds any number of literals in one pass over a text (Aho and Corasick, 1975), ignoring case. It is built while texts are
 * read: most of thousands of literals are never seen, and to build all of it takes longer than to read a short log. Each state
 * and each transition is built once, so a text of any kind is read in linear time.
 *
 * Near the root and at branches, a state is the offset of its row in `next`: one lookup per unit. Along the rest of a literal
 * only one unit leads on, so states from `ROWLESS` on store only that unit and their longest suffix. This keeps the automaton
 * small enough for a cache, even when a text visits all of it. `step` shows how to read it.
 */
export class LiteralAutomaton {
	/** Column of each UTF-16 unit; units that occur in no literal share column 0. */
	readonly columns: Uint16Array;
	/** The first state. */
	readonly start: number;
	/** `next[state + columns[unit]]` is the state after `unit`; `~state` when a literal ends there, 0 when not known yet. Replaced as it grows. */
	next: Int32Array;
	/** By node, which for a state without a row is `state - ROWLESS`: the column that leads on, the target (as in `next`), the state of the suffix. */
	readonly onlyColumn: Int32Array;
	readonly onlyNext: Int32Array;
	readonly suffix: Int32Array;
	/** By node: its longest suffix in which literals also end, or `NO_NODE`. */
	readonly nextHit: Int32Array;
	/** One more than the highest number of a node. */
	readonly mostNodes: number;
	readonly #width: number;
	readonly #trie: TrieNodes;
	/** The nodes of the rows. */
	#nodes: Int32Array;
	#rows = 0;

	constructor(literals: readonly OwnedLiteral[]) {
		const { columns, width } = assignColumns(literals);
		const trie = new TrieNodes(literals, columns, width);
		const nodes = () => new Int32Array(trie.most);
		this.columns = columns;
		this.onlyColumn = nodes();
		this.onlyNext = nodes();
		this.suffix = nodes();
		this.nextHit = nodes();
		this.mostNodes = trie.most;
		this.#width = width;
		this.#trie = trie;
		this.#nodes = new Int32Array(FIRST_ROWS);
		this.next = new Int32Array(FIRST_ROWS * width);
		trie.open(ROOT);
		// An empty literal would be found everywhere.
		trie.ends[ROOT] = 0;
		this.start = this.#newRow(ROOT);
		this.suffix[ROOT] = this.start;
	}

	/** The state after a unit's column; `~state` when a literal ends there. */
	step(from: number, column: number): number {
		let state = from;
		while (state >= ROWLESS) {
			const node = state - ROWLESS;
			if (this.onlyColumn[node] === column) return this.onlyNext[node] || this.#learnOnly(node);
			state = this.suffix[node] as number;
		}
		return this.next[state + column] || this.#learn(state, column);
	}

	/** The node of a state. */
	nodeOf(state: number): number {
		return state >= ROWLESS ? state - ROWLESS : (this.#nodes[state / this.#width] as number);
	}

	/** How many literals end in a node, not counting those of its suffixes. */
	endsIn(node: number): number {
		return this.#trie.ends[node] as number;
	}

	/** The owner of one of them. */
	ownerIn(node: number, index: number): number {
		return this.#trie.ownerAt((this.#trie.from[node] as number) + index);
	}

	#learnOnly(node: number): number {
		const to = this.#reach(node, this.#trie.firstChild[node] as number);
		this.onlyNext[node] = to;
		return to;
	}

	#learn(state: number, column: number): number {
		const node = this.#nodes[state / this.#width] as number;
		const child = this.#trie.childOf(node, column);
		let to = this.start;
		if (child !== NO_NODE) to = this.#reach(node, child);
		else if (node !== ROOT) to = this.step(this.suffix[node] as number, column);
		this.next[state + column] = to;
		return to;
	}

	/** Makes a state of a child. Its suffix is shorter, so this ends. */
	#reach(parent: number, child: number): number {
		const trie = this.#trie;
		const column = trie.column[child] as number;
		const beside = parent === ROOT ? this.start : this.step(this.suffix[parent] as number, column);
		const suffix = beside < 0 ? ~beside : beside;
		const suffixNode = this.nodeOf(suffix);
		trie.open(child);
		this.suffix[child] = suffix;
		this.nextHit[child] = trie.ends[suffixNode] === 0 ? (this.nextHit[suffixNode] as number) : suffixNode;
		const state = this.#newState(child);
		return trie.ends[child] !== 0 || this.nextHit[child] !== NO_NODE ? ~state : state;
	}

	#newState(node: number): number {
		const { firstChild, sibling, depth, column } = this.#trie;
		const first = firstChild[node] as number;
		if ((depth[node] as number) <= ALWAYS_ROWS || sibling[first] !== NO_NODE) return this.#newRow(node);
		// No unit has the column -1.
		this.onlyColumn[node] = first === NO_NODE ? -1 : (column[first] as number);
		return ROWLESS + node;
	}

	/** Row 0 is unused: 0 marks what is not known. */
	#newRow(node: number): number {
		const row = ++this.#rows;
		if (row === this.#nodes.length) {
			this.#nodes = grown(this.#nodes);
			this.next = grown(this.next);
		}
		this.#nodes[row] = node;
		return row * this.#width;
	}
}

const FIRST_ROWS = 512;

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
	const larger = new Int32Array(array.length * 2);
	larger.set(array);
	return larger;
}

/** What nearly all literals consist of has columns at once; only the rest is looked for. */
const USUAL = "\t !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~";
const USUAL_LETTERS = "abcdefghijklmnopqrstuvwxyz";
const UNUSUAL = /[^\t -~]/g;

function assignColumns(literals: readonly OwnedLiteral[]): { columns: Uint16Array; width: number } {
	const columns = new Uint16Array(0x10000);
	let width = 1;
	for (let at = 0; at < USUAL.length; at++) columns[USUAL.charCodeAt(at)] = width++;
	const unusual =
		literals
			.map(({ text }) => text)
			.join("")
			.match(UNUSUAL) ?? [];
	for (const letter of new Set([...USUAL_LETTERS, ...unusual])) {
		const unit = letter.charCodeAt(0);
		if (columns[unit] !== 0) continue;
		const same = spellings(unit);
		const column = same.map((other) => columns[other]).find((taken) => taken !== 0) ?? width++;
		for (const other of same) columns[other] = column;
	}
	return { columns, width };
}
