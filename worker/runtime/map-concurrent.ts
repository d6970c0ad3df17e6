/** Maps items with at most `atOnce` in progress, started in order; the results have the same order. */
export async function mapConcurrent<T, R>(
	items: readonly T[],
	atOnce: number,
	work: (item: T, at: number) => Promise<R>,
): Promise<readonly R[]> {
	const results: R[] = [];
	const queue = [...items.entries()];
	const workNext = async (): Promise<void> => {
		for (let next = queue.shift(); next !== undefined; next = queue.shift())
			results[next[0]] = await work(next[1], next[0]);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workNext));
	return results;
}
