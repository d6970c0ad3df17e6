/** No child and no sibling: node 0 is the root, and nobody's child. */
export const NO_NODE = 0;

/** All literals as paths from node 0, column by column. A node's children are a list linked by `sibling`. */
export interface LiteralTrie {
	readonly size: number;
	readonly column: Int32Array;
	readonly firstChild: Int32Array;
	readonly sibling: Int32Array;
	/** The node in which each literal ends, in the order of the literals. */
	readonly ends: Int32Array;
}

/** A text to search for, and the number that a hit reports. Several literals may share either. */
export interface OwnedLiteral {
	readonly text: string;
	readonly owner: number;
}

export function plantTrie(literals: readonly OwnedLiteral[], columns: Uint16Array): LiteralTrie {
	let most = 1;
	for (const { text } of literals) most += text.length;
	const column = new Int32Array(most);
	const firstChild = new Int32Array(most);
	const sibling = new Int32Array(most);
	const ends = new Int32Array(literals.length);
	// Finds a child by its parent and column: a hash table, because the root alone has a child for every letter.
	const parent = new Int32Array(most);
	const bits = 33 - Math.clz32(most);
	const slots = new Int32Array(2 ** bits);
	let size = 1;
	for (let index = 0; index < literals.length; index++) {
		const { text } = literals[index] as OwnedLiteral;
		let node = 0;
		for (let at = 0; at < text.length; at++) {
			const wanted = columns[text.charCodeAt(at)] as number;
			let slot = Math.imul(Math.imul(node, 0x9e3779b1) ^ wanted, 0x85ebca6b) >>> (32 - bits);
			let child = slots[slot] as number;
			while (child !== NO_NODE && (parent[child] !== node || column[child] !== wanted)) {
				slot = (slot + 1) & (slots.length - 1);
				child = slots[slot] as number;
			}
			if (child === NO_NODE) {
				child = size++;
				slots[slot] = child;
				parent[child] = node;
				column[child] = wanted;
				sibling[child] = firstChild[node] as number;
				firstChild[node] = child;
			}
			node = child;
		}
		ends[index] = node;
	}
	return { size, column, firstChild, sibling, ends };
}
