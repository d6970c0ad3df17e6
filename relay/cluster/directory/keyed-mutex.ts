/** Runs calls with the same name one after the other, and calls with different names concurrently. */
export function createKeyedMutex(): <T>(name: string, act: () => Promise<T>) => Promise<T> {
	const last = new Map<string, Promise<unknown>>();
	return async (name, act) => {
		const before = last.get(name) ?? Promise.resolve();
		const mine = before.then(act, act);
		last.set(name, mine);
		try {
			return await mine;
		} finally {
			if (last.get(name) === mine) last.delete(name);
		}
	};
}
