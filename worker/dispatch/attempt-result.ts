import type { SpawnRequest } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { withKnownActor } from "../journal/checks.ts";
import { claimBlocker } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import type { PossibleCause } from "../journal/remediations.ts";
import { needStored } from "../journal/stored-json.ts";
import { supersedeDecided } from "./conclude-send.ts";
import { deferFor, type Progress } from "./waiting.ts";

// The attempt's end wakes what is queued for its claims.
const LOOK_AGAIN_MS = 60_000;

/**
 * Waits with a failure that an agent may have pushed, because no event and no answer of GitHub says who did, until its attempt
 * has ended; ends it as the attempt's result if CI, or the agent, failed then. Undefined if a person's push is the only
 * explanation left, and for every later attempt. The two incidents cannot deadlock: while the attempt's CodeRun or CI runs, its
 * incident waits for no other, and both have deadlines. Once that incident waits for its own next attempt, it is no cause any
 * more; until this wait ends, `nextInQueue` does not queue it behind this one.
 */
export async function awaitAttemptResult(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
	cause: PossibleCause | undefined,
): Promise<Progress | undefined> {
	if (cause === undefined) return undefined;
	const incident = needStored("incidents.incident", locked.incident, locked.id);
	// A result that was delivered since the decision may say who pushed.
	if ((await withKnownActor(effects.journal, incident)).actor !== undefined) return undefined;
	if (!cause.isJudged) {
		const [claim] = request.claims;
		return await deferFor(effects, locked, {
			reason: `nobody says who pushed; attempt ${cause.attempt} of incident ${cause.incident_id} may have`,
			blocked_on: claim === undefined ? `incident:${cause.incident_id}` : claimBlocker(claim),
			blocked_by: cause.incident_id,
			next_try_at: effects.now() + LOOK_AGAIN_MS,
		});
	}
	const reason = `nobody says who pushed; it counts as the result of attempt ${cause.attempt} of incident ${cause.incident_id}`;
	return await supersedeDecided(effects, locked, request, reason);
}
