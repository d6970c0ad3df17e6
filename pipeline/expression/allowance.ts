import { isCallable } from "./read-path.ts";

/** A text's characters are cheaper than items: eight of them count as one cell. */
const CHARACTERS_PER_CELL = 8;

/**
 * Cells that one evaluation may build or read through, some tens of megabytes: an isolate has 128 MB for all its requests,
 * and the shipped pipeline needs a few hundred cells for an expression.
 */
const MAX_CELLS = 2_000_000;

/**
 * What one evaluation may still build. Every value that is built draws on it by the size of its whole tree, and every function
 * by what its call may need at most, so that no value is larger than this, however it was put together.
 */
export class Allowance {
	#left = MAX_CELLS;

	/** Draws `cells`, and throws when they are not left. */
	readonly spend = (cells: number): void => {
		this.#left -= cells;
		// Written so that NaN, the result of an odd argument, is refused too.
		if (!(this.#left >= 0)) throw new Error(`it builds more than ${MAX_CELLS} values`);
	};

	/** The cells of a value's tree, which are drawn while they are counted: a tree without end ends the evaluation. */
	readonly weigh = (value: unknown): number => {
		let cells = 0;
		const open = [value];
		while (open.length > 0) {
			const next = open.pop();
			const own = ownCells(next);
			this.spend(own);
			cells += own;
			// A function refers to its whole environment, which nobody reads through it.
			if (typeof next !== "object" || next === null || isCallable(next)) continue;
			for (const child of Object.values(next)) open.push(child);
		}
		return cells;
	};
}

/** The cells of a value without those of its items. */
function ownCells(value: unknown): number {
	if (typeof value === "string") return 1 + Math.ceil(value.length / CHARACTERS_PER_CELL);
	if (typeof value !== "object" || value === null) return 1;
	return 1 + (Array.isArray(value) ? value.length : Object.keys(value).length);
}

/** How many cells as many characters take. */
export function cellsOf(characters: number): number {
	return characters / CHARACTERS_PER_CELL;
}
