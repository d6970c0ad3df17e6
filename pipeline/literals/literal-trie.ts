/** A text to search for, and the number that a hit reports. Several literals may share either. */
export interface OwnedLiteral {
	readonly text: string;
	readonly owner: number;
}

/** No child, no sibling. */
export const NO_NODE = 0;
export const ROOT = 1;

/**
 * All literals as paths from the root, column by column. A node's children are known once it is opened: they are a list linked by
 * `sibling`. Open a node's parent before it.
 */
export class TrieNodes {
	/** One more than the highest number that a node can have. */
	readonly most: number;
	readonly depth: Int32Array;
	readonly column: Int32Array;
	readonly firstChild: Int32Array;
	readonly sibling: Int32Array;
	/** A node's literals are those at `from` and behind, up to `#to`, in `#order`; the first `ends` of them end in it. */
	readonly from: Int32Array;
	readonly ends: Int32Array;
	readonly #to: Int32Array;
	readonly #order: Int32Array;
	readonly #literals: readonly OwnedLiteral[];
	readonly #columns: Uint16Array;
	/** While a node is opened: each of its literals' column, how many literals each column has, and then where its next one goes. */
	readonly #columnOf: Uint16Array;
	readonly #places: Int32Array;
	readonly #moved: Int32Array;
	#size = ROOT + 1;

	constructor(literals: readonly OwnedLiteral[], columns: Uint16Array, width: number) {
		let most = ROOT + 1;
		for (let index = 0; index < literals.length; index++) most += (literals[index] as OwnedLiteral).text.length;
		const nodes = () => new Int32Array(most);
		this.most = most;
		this.depth = nodes();
		this.column = nodes();
		this.firstChild = nodes();
		this.sibling = nodes();
		this.from = nodes();
		this.ends = nodes();
		this.#to = nodes();
		this.#order = new Int32Array(literals.length);
		for (let index = 0; index < literals.length; index++) this.#order[index] = index;
		this.#literals = literals;
		this.#columns = columns;
		this.#columnOf = new Uint16Array(literals.length);
		this.#places = new Int32Array(width);
		this.#moved = new Int32Array(literals.length);
		this.#to[ROOT] = literals.length;
	}

	/** The owner of the literal at a place of the order. */
	ownerAt(place: number): number {
		return (this.#literals[this.#order[place] as number] as OwnedLiteral).owner;
	}

	childOf(node: number, column: number): number {
		let child = this.firstChild[node] as number;
		while (child !== NO_NODE && this.column[child] !== column) child = this.sibling[child] as number;
		return child;
	}

	/** Sorts a node's literals by the column that follows, and makes a child of each. Call it once. */
	open(node: number): void {
		const from = this.from[node] as number;
		const to = this.#to[node] as number;
		const seen = this.#countColumns(node);
		let at = from;
		for (const column of seen) {
			const count = this.#places[column] as number;
			if (column === ENDED) this.ends[node] = count;
			else this.#addChild(node, { column, from: at, to: at + count });
			this.#places[column] = at;
			at += count;
		}
		if (seen.length > 1) this.#sort(from, to);
		for (const column of seen) this.#places[column] = 0;
	}

	/** Counts in `#places`; the columns that occur, those that end first. */
	#countColumns(node: number): readonly number[] {
		const depth = this.depth[node] as number;
		const seen: number[] = [];
		for (let place = this.from[node] as number; place < (this.#to[node] as number); place++) {
			const { text } = this.#literals[this.#order[place] as number] as OwnedLiteral;
			const column = depth === text.length ? ENDED : (this.#columns[text.charCodeAt(depth)] as number);
			this.#columnOf[place] = column;
			const count = this.#places[column] as number;
			this.#places[column] = count + 1;
			if (count > 0) continue;
			if (column === ENDED) seen.unshift(column);
			else seen.push(column);
		}
		return seen;
	}

	#sort(from: number, to: number): void {
		for (let place = from; place < to; place++) {
			const column = this.#columnOf[place] as number;
			const sorted = this.#places[column] as number;
			this.#places[column] = sorted + 1;
			this.#moved[sorted] = this.#order[place] as number;
		}
		for (let place = from; place < to; place++) this.#order[place] = this.#moved[place] as number;
	}

	#addChild(
		parent: number,
		{ column, from, to }: { readonly column: number; readonly from: number; readonly to: number },
	) {
		const child = this.#size++;
		this.depth[child] = (this.depth[parent] as number) + 1;
		this.column[child] = column;
		this.from[child] = from;
		this.#to[child] = to;
		this.sibling[child] = this.firstChild[parent] as number;
		this.firstChild[parent] = child;
	}
}

/** In place of the column of a unit, which is never 0: the literal has no more. */
const ENDED = 0;
