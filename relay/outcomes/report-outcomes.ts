import { backoffMs } from "../../wire/backoff.ts";
import type { WireOutcome } from "../../wire/outcome.ts";
import type { FinishedCodeRuns } from "../cluster/finished-coderuns.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { type PostTools, postOutcome } from "./post-outcome.ts";

export interface ReportTools extends PostTools {
	readonly finished: FinishedCodeRuns;
	readonly log: Log;
	readonly metrics: Pick<Metrics, "outcomes" | "ends">;
	/** How often to poll without an event. */
	readonly pollMs?: number;
}

export interface Reporting {
	/** Stops, and resolves once the post in flight is answered. */
	stop(): Promise<void>;
}

const POLL_MS = 1_000;
const GATHER_MS = 100;

/**
 * Posts each finished CodeRun's outcome to the worker until it is accepted, then marks it. No other state is kept: a
 * restarted relay finds what is not marked, and the worker accepts repeats.
 */
export function reportOutcomes(tools: ReportTools): Reporting {
	const pauses = new Map<string, Pause>();
	let stopped = false;
	let wake = () => {};
	const unwatch = tools.finished.watch(() => wake());
	const done = (async () => {
		while (!stopped) {
			const woken = new Promise<void>((resolve) => {
				wake = resolve;
			});
			await reportOnce(tools, pauses, () => stopped);
			if (!stopped) await Promise.race([woken, sleepUnref(tools.pollMs ?? POLL_MS)]);
			// One CodeRun causes several changes in its folder, and many come at once: one pass handles them all.
			if (!stopped) await sleepUnref(GATHER_MS);
		}
	})();
	return {
		stop: async () => {
			stopped = true;
			unwatch();
			wake();
			await done;
		},
	};
}

/** How often an outcome was not accepted, and when it is retried (monotonic). */
interface Pause {
	readonly failures: number;
	readonly until: number;
}

async function reportOnce(tools: ReportTools, pauses: Map<string, Pause>, stopped: () => boolean): Promise<void> {
	const listed = await tools.finished.listUnreported();
	if (listed.kind === "unavailable") {
		tools.log({ level: "error", message: "outcomes cannot be read", reason: listed.why });
		return;
	}
	for (const outcome of listed.outcomes) {
		if (stopped()) return;
		const pause = pauses.get(outcome.coderun_name);
		if (pause !== undefined && tools.clock.monotonic() < pause.until) continue;
		if (await report(tools, outcome)) {
			pauses.delete(outcome.coderun_name);
			continue;
		}
		const failures = (pause?.failures ?? 0) + 1;
		pauses.set(outcome.coderun_name, { failures, until: tools.clock.monotonic() + backoffMs(failures - 1) });
	}
}

async function report(tools: ReportTools, outcome: WireOutcome): Promise<boolean> {
	const { coderun_name, phase } = outcome;
	const posting = await postOutcome(outcome, tools);
	tools.metrics.outcomes.inc({ result: posting.kind });
	const level = posting.kind === "taken" ? "info" : "warn";
	const { kind, ...detail } = posting;
	const reason = "why" in detail ? { reason: detail.why } : detail;
	tools.log({ level, message: "outcome posted", coderun_name, phase, result: kind, ...reason });
	if (posting.kind !== "taken") return false;
	const marked = await tools.finished.markReported(coderun_name);
	if (marked.kind === "marked") {
		tools.metrics.ends.inc({ phase });
		return true;
	}
	tools.log({ level: "error", message: "outcome not marked as reported", coderun_name, reason: marked.why });
	return false;
}

/** A pause that does not keep the process alive. */
function sleepUnref(ms: number): Promise<void> {
	return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
