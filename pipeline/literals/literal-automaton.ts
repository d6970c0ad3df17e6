import { spellings } from "./case-fold.ts";
import { NO_NODE, type OwnedLiteral, ROOT, TrieNodes } from "./literal-trie.ts";

/**
 * Finds any number of literals in one pass over a text (Aho and Corasick, 1975), ignoring case. It is built while texts are
 * read: most of thousands of literals are never seen, and to build all of it takes longer than to read a short log. Each state
 * and each transition is built once, so a text of any kind is read in linear time.
 *
 * A state is the offset of its row in `next`: one lookup per unit. A megabyte of an ordinary log visits a thousand states of
 * 400 bytes, which a processor's cache holds; a text with every literal would visit one for each unit of them, about 13 MB.
 */
export class LiteralAutomaton {
	/** Column of each UTF-16 unit; units that occur in no literal share column 0. */
	readonly columns: Uint16Array;
	/** The first state. */
	readonly start: number;
	/** `next[state + columns[unit]]` is the state after `unit`; `~state` when a literal ends there, 0 when not known yet. Replaced as it grows. */
	next: Int32Array;
	/** By node: its longest suffix in which literals also end, or `NO_NODE`. */
	readonly nextHit: Int32Array;
	/** One more than the highest number of a node. */
	readonly mostNodes: number;
	readonly #width: number;
	readonly #trie: TrieNodes;
	/** By node: the state of its longest suffix. */
	readonly #suffix: Int32Array;
	/** The nodes of the rows. */
	#nodes: Int32Array;
	#rows = 0;

	constructor(literals: readonly OwnedLiteral[]) {
		const { columns, width } = assignColumns(literals);
		const trie = new TrieNodes(literals, columns, width);
		const nodes = () => new Int32Array(trie.most);
		this.columns = columns;
		this.nextHit = nodes();
		this.mostNodes = trie.most;
		this.#width = width;
		this.#trie = trie;
		this.#suffix = nodes();
		this.#nodes = new Int32Array(FIRST_ROWS);
		this.next = new Int32Array(FIRST_ROWS * width);
		trie.open(ROOT);
		// An empty literal would be found everywhere.
		trie.ends[ROOT] = 0;
		this.start = this.#newRow(ROOT);
		this.#suffix[ROOT] = this.start;
	}

	/** The state after a unit's column; `~state` when a literal ends there. */
	step(state: number, column: number): number {
		return this.next[state + column] || this.#learn(state, column);
	}

	/** The node of a state. */
	nodeOf(state: number): number {
		return this.#nodes[state / this.#width] as number;
	}

	/** How many literals end in a node, not counting those of its suffixes. */
	endsIn(node: number): number {
		return this.#trie.ends[node] as number;
	}

	/** The owner of one of them. */
	ownerIn(node: number, index: number): number {
		return this.#trie.ownerAt((this.#trie.from[node] as number) + index);
	}

	#learn(state: number, column: number): number {
		const node = this.nodeOf(state);
		const child = this.#trie.childOf(node, column);
		let to = this.start;
		if (child !== NO_NODE) to = this.#reach(node, child);
		else if (node !== ROOT) to = this.step(this.#suffix[node] as number, column);
		this.next[state + column] = to;
		return to;
	}

	/** Makes a state of a child. Its suffix is shorter, so this ends. */
	#reach(parent: number, child: number): number {
		const trie = this.#trie;
		const column = trie.column[child] as number;
		const beside = parent === ROOT ? this.start : this.step(this.#suffix[parent] as number, column);
		const suffix = beside < 0 ? ~beside : beside;
		const suffixNode = this.nodeOf(suffix);
		trie.open(child);
		this.#suffix[child] = suffix;
		this.nextHit[child] = trie.ends[suffixNode] === 0 ? (this.nextHit[suffixNode] as number) : suffixNode;
		const state = this.#newRow(child);
		return trie.ends[child] !== 0 || this.nextHit[child] !== NO_NODE ? ~state : state;
	}

	/** Row 0 is unused: 0 marks what is not known. */
	#newRow(node: number): number {
		const row = ++this.#rows;
		if (row === this.#nodes.length) {
			const rows = Math.min(2 * row, this.mostNodes);
			this.#nodes = grown(this.#nodes, rows);
			this.next = grown(this.next, rows * this.#width);
		}
		this.#nodes[row] = node;
		return row * this.#width;
	}
}

const FIRST_ROWS = 512;

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
	const larger = new Int32Array(length);
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
