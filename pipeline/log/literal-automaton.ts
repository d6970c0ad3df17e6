import { spellings } from "./case-fold.ts";

/**
 * Finds every literal of a set in one walk over a text, whatever their number (Aho and Corasick, 1975), ignoring case.
 * A state is the offset of its row in `next`; states from `firstHit` on end at least one literal.
 */
export interface LiteralAutomaton {
	/** Column of each UTF-16 unit: units that no literal holds share column 0. */
	readonly columns: Uint16Array;
	/** `next[state + columns[unit]]` is the state after `unit`. */
	readonly next: Int32Array;
	readonly width: number;
	readonly firstHit: number;
	/** Of the `i`th hit state, the owners of the literals that end there: `owners[ownersAt[i]]` to `owners[ownersAt[i + 1]]`. */
	readonly ownersAt: Int32Array;
	readonly owners: Int32Array;
}

/** A text to look for, and the number that a hit reports. Several may share either. */
export interface OwnedLiteral {
	readonly text: string;
	readonly owner: number;
}

export function buildLiteralAutomaton(literals: readonly OwnedLiteral[]): LiteralAutomaton {
	const { columns, width } = assignColumns(literals);
	const trie = plantTrie(literals, columns, width);
	const order = linkFailures(trie, width);
	return layOut(trie, order, columns, width);
}

interface Trie {
	/** Children by node and column, 0 for none; after `linkFailures` the node after any column. */
	readonly child: Int32Array;
	readonly size: number;
	readonly owners: Map<number, Set<number>>;
}

function assignColumns(literals: readonly OwnedLiteral[]): { columns: Uint16Array; width: number } {
	const columns = new Uint16Array(0x10000);
	let width = 1;
	for (const { text } of literals) {
		for (let i = 0; i < text.length; i++) {
			const unit = text.charCodeAt(i);
			if (columns[unit] !== 0) continue;
			const same = spellings(unit);
			const column = same.map((other) => columns[other]).find((taken) => taken !== 0) ?? width++;
			for (const other of same) columns[other] = column;
		}
	}
	return { columns, width };
}

function plantTrie(literals: readonly OwnedLiteral[], columns: Uint16Array, width: number): Trie {
	const most = literals.reduce((sum, { text }) => sum + text.length, 1);
	const child = new Int32Array(most * width);
	const owners = new Map<number, Set<number>>();
	let size = 1;
	for (const { text, owner } of literals) {
		let node = 0;
		for (let i = 0; i < text.length; i++) {
			const at = node * width + (columns[text.charCodeAt(i)] as number);
			if (child[at] === 0) child[at] = size++;
			node = child[at] as number;
		}
		const known = owners.get(node);
		if (known) known.add(owner);
		else owners.set(node, new Set([owner]));
	}
	return { child, size, owners };
}

/** Makes the trie total, breadth first, and hands each node the owners of its longest proper suffix. */
function linkFailures({ child, size, owners }: Trie, width: number): Int32Array {
	const order = new Int32Array(size);
	const suffix = new Int32Array(size);
	let known = 1;
	for (let seen = 0; seen < known; seen++) {
		const node = order[seen] as number;
		const fallback = suffix[node] as number;
		if (node !== 0) inherit(owners, node, fallback);
		for (let column = 0; column < width; column++) {
			const at = node * width + column;
			const next = child[at] as number;
			const beside = node === 0 ? 0 : (child[fallback * width + column] as number);
			if (next === 0) child[at] = beside;
			else {
				suffix[next] = beside;
				order[known++] = next;
			}
		}
	}
	return order;
}

function inherit(owners: Map<number, Set<number>>, node: number, from: number): void {
	const inherited = owners.get(from);
	if (inherited) owners.set(node, new Set([...(owners.get(node) ?? []), ...inherited]));
}

/** Numbers the states anew: shallow ones first (they are the busy ones), those with hits last (one comparison tells). */
function layOut(trie: Trie, order: Int32Array, columns: Uint16Array, width: number): LiteralAutomaton {
	const hits = [...order].filter((node) => trie.owners.has(node));
	const ordered = [...order].filter((node) => !trie.owners.has(node)).concat(hits);
	const stateOf = new Int32Array(trie.size);
	ordered.forEach((node, rank) => {
		stateOf[node] = rank * width;
	});
	const next = new Int32Array(trie.size * width);
	ordered.forEach((node, rank) => {
		for (let column = 0; column < width; column++) {
			next[rank * width + column] = stateOf[trie.child[node * width + column] as number] as number;
		}
	});
	const lists = hits.map((node) => [...(trie.owners.get(node) ?? [])].sort((a, b) => a - b));
	const ownersAt = new Int32Array(hits.length + 1);
	lists.forEach((list, i) => {
		ownersAt[i + 1] = (ownersAt[i] as number) + list.length;
	});
	const firstHit = (trie.size - hits.length) * width;
	return { columns, next, width, firstHit, ownersAt, owners: Int32Array.from(lists.flat()) };
}
