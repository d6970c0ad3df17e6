import { gatherContext, longestGathering } from "../context/gather-context.ts";
import type { Effects } from "../effects.ts";
import { extendLock } from "../journal/incident-locks.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import type { Evidence } from "./gather-evidence.ts";
import { deferForRateLimit, LOCK_MS, type Progress } from "./waiting.ts";

/**
 * Adds the parts of the context that depend on what failed or on other parts, such as those in the cluster. A run is split
 * before: what is asked about the jobs of one field does not depend on those of another.
 */
export async function gatherRest(
	effects: Effects,
	locked: LockedIncident,
	evidence: Evidence,
): Promise<Evidence | Progress> {
	const engine = await effects.engine();
	const about = evidence.newest ?? evidence.incident;
	const sources = effects.sources({ incident: about, newLogReader: engine.newLogReader });
	let { context } = evidence;
	for (let round = 1; round < engine.rounds; round++) {
		const planned = await engine.planRound(round, about, context);
		if (planned.some(({ skip }) => skip === undefined)) {
			const until = effects.now() + LOCK_MS + longestGathering(planned);
			const isLong = until > locked.locked_until;
			if (isLong && !(await extendLock(effects.journal, locked, until))) return { state: "lock_lost" };
		}
		const gathered = await gatherContext(planned, sources, effects.now);
		const waiting = gathered.deferred && (await deferForRateLimit(effects, locked, gathered.deferred));
		if (waiting !== undefined) return waiting;
		context = { ...context, ...gathered.context };
	}
	return { ...evidence, context };
}
