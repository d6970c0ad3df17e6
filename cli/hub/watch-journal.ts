import { setTimeout as sleep } from "node:timers/promises";

export interface JournalWatch {
	/** Whether the worker accepts deliveries. */
	isHealthy(): Promise<boolean>;
	/** Why the disk cannot be written; undefined when it can. */
	whyNotWritable(): Promise<string | undefined>;
	/** Reports a change, as one sentence. */
	say(problem: string): void;
}

const EVERY_MS = 3_000;

/**
 * Checks every three seconds whether deliveries can be written, and reports each change. Returns a function that stops
 * it.
 */
export function watchJournal(watch: JournalWatch, everyMs = EVERY_MS): () => void {
	const stop = new AbortController();
	const pause = () => sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
	void (async () => {
		let reported = false;
		while (!stop.signal.aborted) {
			await pause();
			let problem = await findProblem(watch);
			// A single failure may be a restarting runtime.
			if (problem !== undefined && !reported) {
				await pause();
				problem = await findProblem(watch);
			}
			if (stop.signal.aborted || (problem !== undefined) === reported) continue;
			watch.say(problem ?? "The journal works again: deliveries are accepted.");
			reported = problem !== undefined;
		}
	})();
	return () => stop.abort();
}

async function findProblem({ isHealthy, whyNotWritable }: JournalWatch): Promise<string | undefined> {
	const [healthy, why] = await Promise.all([isHealthy(), whyNotWritable()]);
	if (why !== undefined) return `The journal cannot be written; deliveries may be refused: ${why}.`;
	return healthy ? undefined : "The journal does not answer; deliveries are refused. See the log for the reason.";
}
