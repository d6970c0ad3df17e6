import { setTimeout as sleep } from "node:timers/promises";

export interface JournalWatch {
	/** Whether the worker says that it takes deliveries. */
	isHealthy(): Promise<boolean>;
	/** Why nothing can be written on the disk; undefined when something can. */
	whyNotWritable(): Promise<string | undefined>;
	/** Something changed, as one sentence for people. */
	say(problem: string): void;
}

const EVERY_MS = 3_000;

/**
 * Asks every three seconds whether deliveries are written down, and says so when they are no more and when they are
 * again. Returns a function that stops it.
 */
export function watchJournal(watch: JournalWatch, everyMs = EVERY_MS): () => void {
	const stop = new AbortController();
	const pause = () => sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
	void (async () => {
		let said = false;
		while (!stop.signal.aborted) {
			await pause();
			let problem = await findProblem(watch);
			// Once may be a runtime that restarts.
			if (problem !== undefined && !said) {
				await pause();
				problem = await findProblem(watch);
			}
			if (stop.signal.aborted || (problem !== undefined) === said) continue;
			watch.say(problem ?? "The journal works again: deliveries are taken.");
			said = problem !== undefined;
		}
	})();
	return () => stop.abort();
}

async function findProblem({ isHealthy, whyNotWritable }: JournalWatch): Promise<string | undefined> {
	const [healthy, why] = await Promise.all([isHealthy(), whyNotWritable()]);
	if (why !== undefined) return `The journal cannot be written, deliveries may be refused: ${why}.`;
	return healthy ? undefined : "The journal does not answer, deliveries are refused. The log says why.";
}
