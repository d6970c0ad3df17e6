import { spellings } from "./case-fold.ts";
import { type LiteralTrie, NO_NODE, type OwnedLiteral, plantTrie } from "./literal-trie.ts";

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
	const trie = plantTrie(literals, columns);
	const arranged = arrange(trie, width);
	const owned = listOwners(literals, trie, arranged);
	return { columns, ...linkStates(trie, arranged, owned) };
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

/** The nodes breadth first, and the state and place of each; those with a row come first. */
interface Arranged {
	readonly width: number;
	readonly rows: number;
	readonly order: Int32Array;
	readonly states: Int32Array;
	readonly places: Int32Array;
}

function arrange({ size, firstChild, sibling }: LiteralTrie, width: number): Arranged {
	const order = new Int32Array(size);
	const hasRow = new Uint8Array(size);
	let known = 1;
	let rows = 0;
	let depth = 0;
	/** Where the nodes of the next depth begin. */
	let deeper = 1;
	for (let at = 0; at < size; at++) {
		if (at === deeper) {
			depth++;
			deeper = known;
		}
		const node = order[at] as number;
		const first = firstChild[node] as number;
		for (let child = first; child !== NO_NODE; child = sibling[child] as number) order[known++] = child;
		if (depth <= ALWAYS_ROWS || (first !== NO_NODE && sibling[first] !== NO_NODE)) {
			hasRow[node] = 1;
			rows++;
		}
	}
	const states = new Int32Array(size);
	const places = new Int32Array(size);
	let row = 0;
	let rest = rows;
	for (let at = 0; at < size; at++) {
		const node = order[at] as number;
		const place = hasRow[node] === 1 ? row++ : rest++;
		places[node] = place;
		states[node] = place < rows ? place * width : place - rows + rows * width;
	}
	return { width, rows, order, states, places };
}

function listOwners(
	literals: readonly OwnedLiteral[],
	{ size, ends }: LiteralTrie,
	{ places }: Arranged,
): Pick<LiteralAutomaton, "ownersAt" | "owners"> {
	const ownersAt = new Int32Array(size + 1);
	for (let index = 0; index < ends.length; index++) {
		(ownersAt[(places[ends[index] as number] as number) + 1] as number)++;
	}
	for (let place = 0; place < size; place++) (ownersAt[place + 1] as number) += ownersAt[place] as number;
	const owners = new Int32Array(literals.length);
	const free = ownersAt.slice();
	for (let index = 0; index < ends.length; index++) {
		const place = places[ends[index] as number] as number;
		owners[(free[place] as number)++] = (literals[index] as OwnedLiteral).owner;
	}
	return { ownersAt, owners };
}

/** Makes a state of each node, breadth first, so the suffixes that a node needs are complete. */
function linkStates(
	{ size, column, firstChild, sibling }: LiteralTrie,
	{ width, rows, order, states, places }: Arranged,
	owned: Pick<LiteralAutomaton, "ownersAt" | "owners">,
): Omit<LiteralAutomaton, "columns"> {
	const rowsEnd = rows * width;
	const next = new Int32Array(rowsEnd);
	const onlyColumn = new Int16Array(size - rows).fill(-1);
	const onlyNext = new Int32Array(size - rows);
	const suffix = new Int32Array(size - rows);
	/** Per node: the state of its longest suffix. */
	const shorter = new Int32Array(size);
	const nextHit = new Int32Array(size);
	const { ownersAt } = owned;
	const linked = { width, rows, next, onlyColumn, onlyNext, suffix, ...owned, nextHit };

	nextHit[0] = NO_PLACE;
	for (let at = 0; at < size; at++) {
		const node = order[at] as number;
		const state = states[node] as number;
		const beside = shorter[node] as number;
		const hasRow = state < rowsEnd;
		if (!hasRow) suffix[state - rowsEnd] = beside;
		else if (node !== 0) copyRow(linked, beside, state);
		for (let child = firstChild[node] as number; child !== NO_NODE; child = sibling[child] as number) {
			const by = column[child] as number;
			const reached = node === 0 ? 0 : step(linked, beside, by);
			const suffixState = reached < 0 ? ~reached : reached;
			const place = places[child] as number;
			const suffixPlace = placeOf(linked, suffixState);
			shorter[child] = suffixState;
			const isHit = ownersAt[place + 1] !== ownersAt[place];
			const isSuffixHit = ownersAt[suffixPlace + 1] !== ownersAt[suffixPlace];
			const hit = isSuffixHit ? suffixPlace : (nextHit[suffixPlace] as number);
			nextHit[place] = hit;
			const to = isHit || hit !== NO_PLACE ? ~(states[child] as number) : (states[child] as number);
			if (hasRow) next[state + by] = to;
			else {
				onlyColumn[state - rowsEnd] = by;
				onlyNext[state - rowsEnd] = to;
			}
		}
	}
	return linked;
}

const NO_PLACE = -1;

/** Makes the row at `to` lead where `from` leads, a state with a row or without. */
function copyRow(
	{ width, rows, next, onlyColumn, onlyNext, suffix }: Omit<LiteralAutomaton, "columns">,
	from: number,
	to: number,
): void {
	const rowsEnd = rows * width;
	/** States without a row, each the longest suffix of the one before. */
	const without: number[] = [];
	let state = from;
	for (; state >= rowsEnd; state = suffix[state - rowsEnd] as number) without.push(state - rowsEnd);
	next.copyWithin(to, state, state + width);
	for (let at = without.length - 1; at >= 0; at--) {
		const rest = without[at] as number;
		if (onlyColumn[rest] !== -1) next[to + (onlyColumn[rest] as number)] = onlyNext[rest] as number;
	}
}
