/** Randomness that the seed reproduces. */
export interface Chance {
	/** 0 to below 1. */
	next(): number;
	below(limit: number): number;
	shuffled<T>(items: readonly T[]): T[];
}

/** The generator mulberry32; `HEALER_SEED` repeats a run. The seed is printed, so a failing test shows it. */
export function seededChance(seed = Number(process.env.HEALER_SEED ?? Math.floor(Math.random() * 2 ** 31))): Chance {
	process.stdout.write(`HEALER_SEED=${seed}\n`);
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (limit: number) => Math.floor(next() * limit);
	return {
		next,
		below,
		shuffled(items) {
			const left = [...items];
			return items.flatMap(() => left.splice(below(left.length), 1));
		},
	};
}
