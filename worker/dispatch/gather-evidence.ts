import type { Context } from "../../pipeline/context.ts";
import type { Incident } from "../../pipeline/incident.ts";
import { enrichIncident, evidenceIncident } from "../../pipeline/index.ts";
import { gatherContext, longestGathering } from "../context/gather-context.ts";
import type { Effects } from "../effects.ts";
import { extendLock } from "../journal/incident-locks.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { ASKING_WHERE_MS, askWhere } from "./ask-where.ts";
import { type EarlierAttempts, earlierAttempts } from "./earlier-attempts.ts";
import { endGreenPart, endPassedRun } from "./end-undecided.ts";
import { mayBeSplit } from "./may-be-split.ts";
import { deferForRateLimit, LOCK_MS, type Progress } from "./waiting.ts";

/** Everything that a decision depends on. */
export interface Evidence {
	/** What was reported, with what its context adds. */
	readonly incident: Incident;
	/** The newest failure that an earlier attempt left, as an incident; absent for the first attempt. */
	readonly newest?: Incident;
	/** Of `newest`, else of the incident. */
	readonly context: Context;
	readonly earlier: EarlierAttempts;
}

/** Gathers the context of what is red now, and asks GitHub where a fix may be pushed. */
export async function gatherEvidence(
	effects: Effects,
	locked: LockedIncident,
	reported: Incident,
): Promise<Evidence | Progress> {
	const engine = await effects.engine();
	const earlier = await earlierAttempts(effects.journal, locked);
	const newest = earlier.newest && evidenceIncident(reported, earlier.newest);
	const about = newest ?? reported;
	const planned = await engine.plan(about);
	const until = effects.now() + LOCK_MS + longestGathering(planned) + ASKING_WHERE_MS;
	const isLong = until > locked.locked_until;
	if (isLong && !(await extendLock(effects.journal, locked, until))) return { state: "lock_lost" };
	const keepsEach = mayBeSplit(engine, locked, about);
	const sources = effects.sources({ incident: about, newLogReader: engine.newLogReader, keepsEach });
	const { context, deferred } = await gatherContext(planned, sources, effects.now);
	const waiting = deferred && (await deferForRateLimit(effects, locked, deferred));
	if (waiting !== undefined) return waiting;
	const passed =
		newest === undefined
			? await endPassedRun(effects, locked, reported, context)
			: await endGreenPart(effects, locked, newest, context);
	if (passed !== undefined) return passed;
	// The newest run is of a commit that an agent pushed: its actor and message are not those of the failure.
	const incident = await askWhere(effects, locked, newest === undefined ? enrichIncident(reported, context) : reported);
	if ("state" in incident) return incident;
	return { incident, context, earlier, ...(newest !== undefined && { newest }) };
}
