import { spellings } from "./case-fold.ts";
import type { OwnedLiteral } from "./literal-trie.ts";
import { type LiteralTrie, NONE, plantTrie } from "./literal-trie.ts";

/**
 * Finds any number of literals in one pass over a text (Aho and Corasick, 1975), ignoring case. Near the root and at
 * branches, a state is the offset of its row in `next`: one lookup per unit. Along the rest of a literal only one unit
 * leads on, so states from `rows * width` on store only that unit and their longest suffix. This keeps the automaton
 * small enough for a cache, even when a text visits all of it. `step` shows how to read it.
 */
export interface LiteralAutomaton {
	/** Column of each UTF-16 unit; units that occur in no literal share column 0. */
	readonly columns: Uint16Array;
	readonly width: number;
	/** Number of states with a row of their own. */
	readonly rows: number;
	/** `next[state + columns[unit]]` is the state after `unit`; `~state` when a literal ends there. */
	readonly next: Int32Array;
	/** For states without a row: the column that leads on (-1 when none does), the target, and the suffix's state. */
	readonly onlyColumn: Int16Array;
	readonly onlyNext: Int32Array;
	readonly suffix: Int32Array;
	/**
	 * By place (`placeOf`): `owners` from `ownersAt[place]` up to `ownersAt[place + 1]` own the literals that end in a
	 * state. `nextHit` is the place of its longest suffix in which literals also end, or -1.
	 */
	readonly ownersAt: Int32Array;
	readonly owners: Int32Array;
	readonly nextHit: Int32Array;
}

/** The state after a unit's column; `~state` when a literal ends there. Start with state 0. */
export function step(
	{ width, rows, next, onlyColumn, onlyNext, suffix }: Omit<LiteralAutomaton, "columns">,
	from: number,
	column: number,
): number {
	const rowsEnd = rows * width;
	let state = from;
	while (state >= rowsEnd) {
		if (onlyColumn[state - rowsEnd] === column) return onlyNext[state - rowsEnd] as number;
		state = suffix[state - rowsEnd] as number;
	}
	return next[state + column] as number;
}

/** The index of a state in `ownersAt` and `nextHit`. */
export function placeOf({ width, rows }: Pick<LiteralAutomaton, "width" | "rows">, state: number): number {
	return state < rows * width ? state / width : state - rows * width + rows;
}

export function buildLiteralAutomaton(literals: readonly OwnedLiteral[]): LiteralAutomaton {
	const { columns, width } = assignColumns(literals);
	return { columns, ...linkStates(plantTrie(literals, columns), width) };
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

/** Nodes this close to the root always have a row, because most of a text is spent there. */
const ALWAYS_ROWS = 2;

/** Makes a state of each node, breadth first, so the suffixes that a node needs are complete. */
function linkStates(trie: LiteralTrie, width: number): Omit<LiteralAutomaton, "columns"> {
	const { size, column, firstChild, sibling } = trie;
	const { order, states, rows } = arrange(trie, width);
	const rowsEnd = rows * width;
	const next = new Int32Array(rowsEnd);
	const onlyColumn = new Int16Array(size - rows).fill(-1);
	const onlyNext = new Int32Array(size - rows);
	const suffix = new Int32Array(size - rows);
	/** Per node: the state of its longest suffix. */
	const shorter = new Int32Array(size);
	const nextHit = new Int32Array(size).fill(NONE);
	const { ownersAt, owners } = listOwners(trie, (node) => placeOf({ width, rows }, states[node] as number));
	const linked = { width, rows, next, onlyColumn, onlyNext, suffix, ownersAt, owners, nextHit };
	const isHit = (place: number): boolean => (ownersAt[place + 1] as number) > (ownersAt[place] as number);

	for (const node of order) {
		const state = states[node] as number;
		const beside = shorter[node] as number;
		const hasRow = state < rowsEnd;
		if (!hasRow) suffix[state - rowsEnd] = beside;
		else if (node !== 0) for (let at = 0; at < width; at++) next[state + at] = step(linked, beside, at);
		for (let child = firstChild[node] as number; child !== NONE; child = sibling[child] as number) {
			const by = column[child] as number;
			const reached = node === 0 ? 0 : step(linked, beside, by);
			const suffixState = reached < 0 ? ~reached : reached;
			const place = placeOf(linked, states[child] as number);
			const suffixPlace = placeOf(linked, suffixState);
			shorter[child] = suffixState;
			nextHit[place] = isHit(suffixPlace) ? suffixPlace : (nextHit[suffixPlace] as number);
			const to = isHit(place) || nextHit[place] !== NONE ? ~(states[child] as number) : (states[child] as number);
			if (hasRow) next[state + by] = to;
			else {
				onlyColumn[state - rowsEnd] = by;
				onlyNext[state - rowsEnd] = to;
			}
		}
	}
	return linked;
}

/** The nodes breadth first, and the state of each; those with a row come first. */
function arrange(
	{ size, firstChild, sibling }: LiteralTrie,
	width: number,
): { readonly order: Int32Array; readonly states: Int32Array; readonly rows: number } {
	const order = new Int32Array(size);
	const depth = new Uint16Array(size);
	const hasRow = new Uint8Array(size);
	let known = 1;
	let rows = 0;
	for (const node of order) {
		let children = 0;
		for (let child = firstChild[node] as number; child !== NONE; child = sibling[child] as number) {
			depth[child] = Math.min((depth[node] as number) + 1, ALWAYS_ROWS + 1);
			order[known++] = child;
			children++;
		}
		if ((depth[node] as number) <= ALWAYS_ROWS || children > 1) {
			hasRow[node] = 1;
			rows++;
		}
	}
	const states = new Int32Array(size);
	let row = 0;
	let rest = rows * width;
	for (const node of order) states[node] = hasRow[node] === 1 ? width * row++ : rest++;
	return { order, states, rows };
}

function listOwners(
	{ size, owners }: LiteralTrie,
	placeOfNode: (node: number) => number,
): Pick<LiteralAutomaton, "ownersAt" | "owners"> {
	const lists = [...owners].map(([node, list]) => [placeOfNode(node), list] as const).sort(([a], [b]) => a - b);
	const ownersAt = new Int32Array(size + 1);
	for (const [place, list] of lists) ownersAt[place + 1] = list.length;
	for (let place = 0; place < size; place++) (ownersAt[place + 1] as number) += ownersAt[place] as number;
	return { ownersAt, owners: Int32Array.from(lists.flatMap(([, list]) => list)) };
}
