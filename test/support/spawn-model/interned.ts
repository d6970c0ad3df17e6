/** A value with a number shared by equal values, for fast comparison of states. */
export interface Interned<T> {
	readonly id: number;
	readonly value: T;
}

export function internTable<T>(): (value: T) => Interned<T> {
	const known = new Map<string, Interned<T>>();
	return (value) => {
		const text = JSON.stringify(value);
		const found = known.get(text);
		if (found !== undefined) return found;
		const made = { id: known.size + 1, value };
		known.set(text, made);
		return made;
	};
}
