/** Runs `act` on every item, `width` at a time. */
export async function inParallel<T>(
	width: number,
	items: readonly T[],
	act: (item: T) => Promise<void>,
): Promise<void> {
	const left = [...items];
	const line = async () => {
		for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
	};
	await Promise.all(Array.from({ length: width }, line));
}
