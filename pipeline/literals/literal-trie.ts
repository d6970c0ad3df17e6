/** Marks a missing node. */
export const NONE = -1;

/** All literals as paths from node 0, column by column. A node's children are a list linked by `sibling`. */
export interface LiteralTrie {
	readonly size: number;
	readonly column: Int32Array;
	readonly firstChild: Int32Array;
	readonly sibling: Int32Array;
	/** Owners of the literals that end in a node. */
	readonly owners: ReadonlyMap<number, readonly number[]>;
}

export function plantTrie(literals: readonly OwnedLiteral[], columns: Uint16Array): LiteralTrie {
	const most = literals.reduce((sum, { text }) => sum + text.length, 1);
	const column = new Int32Array(most);
	const firstChild = new Int32Array(most).fill(NONE);
	const sibling = new Int32Array(most).fill(NONE);
	const owners = new Map<number, number[]>();
	let size = 1;
	// Sorted, so a shared prefix is always the most recently inserted one, at the head of each list.
	for (const { text, owner } of inOrder(literals)) {
		let node = 0;
		for (let i = 0; i < text.length; i++) {
			const wanted = columns[text.charCodeAt(i)] as number;
			let child = firstChild[node] as number;
			while (child !== NONE && column[child] !== wanted) child = sibling[child] as number;
			if (child === NONE) {
				child = size++;
				column[child] = wanted;
				sibling[child] = firstChild[node] as number;
				firstChild[node] = child;
			}
			node = child;
		}
		const known = owners.get(node);
		if (known) known.push(owner);
		else owners.set(node, [owner]);
	}
	return { size, column, firstChild, sibling, owners };
}

function inOrder(literals: readonly OwnedLiteral[]): readonly OwnedLiteral[] {
	return literals
		.map((literal) => ({ literal, key: literal.text.toLowerCase() }))
		.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
		.map(({ literal }) => literal);
}

/** A text to search for, and the number that a hit reports. Several literals may share either. */
export interface OwnedLiteral {
	readonly text: string;
	readonly owner: number;
}
