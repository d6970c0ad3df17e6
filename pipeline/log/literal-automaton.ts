import { spellings } from "./case-fold.ts";
import { type LiteralTrie, NONE, plantTrie } from "./literal-trie.ts";

/**
 * Finds every literal of a set in one walk over a text, whatever their number (Aho and Corasick, 1975), ignoring case.
 * A state is the offset of its row in `next`.
 */
export interface LiteralAutomaton {
	/** Column of each UTF-16 unit: units that no literal holds share column 0. */
	readonly columns: Uint16Array;
	readonly width: number;
	/** `next[state + columns[unit]]` is the state after `unit`; `~state` when a literal ends there. */
	readonly next: Int32Array;
	/**
	 * By row: the owners of the literals that end in a state are `owners` from `ownersAt[row]` up to `ownersAt[row + 1]`;
	 * `nextHit` is the row of its longest suffix in which literals end too, or -1.
	 */
	readonly ownersAt: Int32Array;
	readonly owners: Int32Array;
	readonly nextHit: Int32Array;
}

/** A text to look for, and the number that a hit reports. Several may share either. */
export interface OwnedLiteral {
	readonly text: string;
	readonly owner: number;
}

export function buildLiteralAutomaton(literals: readonly OwnedLiteral[]): LiteralAutomaton {
	const { columns, width } = assignColumns(literals);
	const trie = plantTrie(literals, columns);
	const { ownersAt, owners } = listOwners(trie);
	const { next, nextHit } = linkRows(trie, width, ownersAt);
	return { columns, width, next, ownersAt, owners, nextHit };
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

function listOwners({ size, owners }: LiteralTrie): Pick<LiteralAutomaton, "ownersAt" | "owners"> {
	const lists = [...owners].sort(([one], [other]) => one - other);
	const ownersAt = new Int32Array(size + 1);
	for (const [node, list] of lists) ownersAt[node + 1] = list.length;
	for (let node = 0; node < size; node++) (ownersAt[node + 1] as number) += ownersAt[node] as number;
	return { ownersAt, owners: Int32Array.from(lists.flatMap(([, list]) => list)) };
}

/** Makes a row of each node, in breadth: its suffix's row, which is complete by then, with its own children written over. */
function linkRows(
	{ size, column, firstChild, sibling }: LiteralTrie,
	width: number,
	ownersAt: Int32Array,
): Pick<LiteralAutomaton, "next" | "nextHit"> {
	const next = new Int32Array(size * width);
	const nextHit = new Int32Array(size).fill(NONE);
	const order = new Int32Array(size);
	const suffix = new Int32Array(size);
	const isHit = (node: number): boolean => (ownersAt[node + 1] as number) > (ownersAt[node] as number);
	let known = 1;
	for (let seen = 0; seen < size; seen++) {
		const node = order[seen] as number;
		const row = node * width;
		const suffixRow = (suffix[node] as number) * width;
		if (node !== 0) next.copyWithin(row, suffixRow, suffixRow + width);
		for (let child = firstChild[node] as number; child !== NONE; child = sibling[child] as number) {
			order[known++] = child;
			const at = row + (column[child] as number);
			const beside = next[at] as number;
			const shorter = (beside < 0 ? ~beside : beside) / width;
			suffix[child] = shorter;
			nextHit[child] = isHit(shorter) ? shorter : (nextHit[shorter] as number);
			next[at] = isHit(child) || nextHit[child] !== NONE ? ~(child * width) : child * width;
		}
	}
	return { next, nextHit };
}
