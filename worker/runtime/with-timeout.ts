/** Thrown by `withTimeout`: the work may still complete, but nobody waits for it. */
export class TimedOut extends Error {
	override readonly name = "TimedOut";
}

/** The result of the work, or a `TimedOut` after that many milliseconds. */
export async function withTimeout<T>(work: Promise<T>, limit_ms: number): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | null = null;
	const timeout = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new TimedOut(`no answer within ${limit_ms} ms`)), limit_ms);
	});
	try {
		return await Promise.race([work, timeout]);
	} finally {
		clearTimeout(timer);
	}
}
