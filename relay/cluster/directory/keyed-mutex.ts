/** Runs what is asked for one name one after the other, and for different names at once. */
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
