/** Thrown by `withTimeout`: the work may still complete, but nobody waits for it. */
export class TimedOut extends Error {
	override readonly name = "TimedOut";
}

/** The result of the work, or a `TimedOut` after that many milliseconds, when the work's signal is aborted as well. */
export async function withTimeout<T>(work: (signal: AbortSignal) => T | Promise<T>, limitMs: number): Promise<T> {
	const stop = new AbortController();
	return await withinTime(
		() => work(stop.signal),
		limitMs,
		() => stop.abort(),
	);
}

/** The same for work that nothing can stop. */
export async function withinTime<T>(work: () => T | Promise<T>, limitMs: number, onTimeout?: () => void): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeout = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => {
			// First, so that this is the result, and not what the work makes of its signal.
			reject(new TimedOut(`no answer within ${limitMs} ms`));
			onTimeout?.();
		}, limitMs);
	});
	try {
		return await Promise.race([work(), timeout]);
	} finally {
		if (timer !== undefined) clearTimeout(timer);
	}
}
