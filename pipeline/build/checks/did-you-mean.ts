/** ` Did you mean X?` when a name in the list is close enough; else an empty string. */
export function didYouMean(written: string, allowed: readonly string[]): string {
	const near = nearest(written, allowed);
	return near === undefined ? "" : ` Did you mean \`${near}\`?`;
}

/** The closest name, if its edit distance is within a third of the written name's length. */
export function nearest(written: string, allowed: readonly string[]): string | undefined {
	const limit = Math.max(1, Math.floor(written.length / 3));
	let best: { name: string; distance: number } | undefined;
	for (const name of allowed) {
		const distance = editDistance(written.toLowerCase(), name.toLowerCase(), limit);
		if (distance <= limit && (best === undefined || distance < best.distance)) {
			best = { name, distance };
		}
	}
	return best?.name;
}

/** Counts insertions, deletions, substitutions and swaps of neighbours. Stops at `limit + 1`. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) > limit) {
		return limit + 1;
	}
	let before: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitute = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitute);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
			}
			row.push(cost);
		}
		before = previous;
		previous = row;
	}
	return previous[b.length] ?? limit + 1;
}
