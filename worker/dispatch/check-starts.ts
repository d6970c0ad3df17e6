import { outcomeFor } from "../../pipeline/overrides.ts";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { acquireProbe, newestOpenCodeRun, recordStarted, type Stall } from "../journal/starts.ts";
import type { Deferral } from "./gates.ts";

/** How often one CodeRun is created to try whether CodeRuns are started again. */
const PROBE_EVERY_MS = 10 * MINUTE_MS;
// How often the relay is asked about that CodeRun.
const ASK_EVERY_MS = MINUTE_MS;
// For the relay to end a CodeRun and to report that.
const REPORTING_MS = 5 * MINUTE_MS;

const WHY = "no controller started the last three CodeRuns";

/**
 * Defers while CodeRuns are created and no controller starts them. It ends by itself: every ten minutes one incident creates a
 * CodeRun, and once that has a phase, all go on. Where nothing watches for a phase, as in a directory, nothing is deferred.
 */
export async function checkStarts(
	effects: Effects,
	{ id, repository }: LockedIncident,
	targets: readonly string[],
	stall: Stall | undefined,
): Promise<Deferral | undefined> {
	if (effects.overdueAfterMs === undefined || stall === undefined) return undefined;
	const now = effects.now();
	// A pipeline that was pushed earlier has none.
	const { start_deadline_s = 600 } = outcomeFor(await effects.engine(), repository);
	const open = await newestOpenCodeRun(effects.journal, now - start_deadline_s * 1000 - REPORTING_MS);
	// The incident keeps its place in the queue for its first blocker, and `resume` wakes it.
	const waiting = { blocked_on: targets[0] ?? "start", paused: true };
	if (open !== undefined) {
		const answer = await effects.askStatus(open);
		if (answer.ok && answer.status.state === "running" && answer.status.started) {
			await recordStarted(effects.journal, open, now);
			return undefined;
		}
		const reason = `${WHY}; ${open.coderun_name} was created to see whether one starts it`;
		return { ...waiting, reason, next_try_at: now + ASK_EVERY_MS };
	}
	const next_try_at = await acquireProbe(effects.journal, id, { now, every_ms: PROBE_EVERY_MS });
	if (next_try_at === undefined) return undefined;
	return {
		...waiting,
		reason: `${WHY}; another one is created every 10 min to see whether one starts it`,
		next_try_at,
	};
}
