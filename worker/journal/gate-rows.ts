import type { SpawnRequest } from "../../wire/spawn.ts";
import { type Follows, type GroupRules, leaderQuery } from "./groups.ts";
import { extendQuery } from "./incident-locks.ts";
import { aheadQuery, type QueuedAhead } from "./incident-queue.ts";
import { blockers } from "./incident-waits.ts";
import type { LockedIncident } from "./incidents.ts";
import { pauseQuery, type StoredPause } from "./pauses.ts";
import { type Query, runQueries } from "./query.ts";
import { limitBlockers } from "./rate-limit-slots.ts";
import { causeQuery, type PossibleCause } from "./remediations.ts";
import { type Stall, stallQuery } from "./starts.ts";
import { needStored } from "./stored-json.ts";

/** What the journal says against sending an incident now, from one snapshot. */
export interface GateRows {
	/** Whether this consumer still holds the row's lock, which lasts until then. */
	readonly isHeld: boolean;
	readonly locked_until: number;
	readonly pause: StoredPause | undefined;
	/** The attempt that may have caused its failure. */
	readonly cause: PossibleCause | undefined;
	readonly ahead: QueuedAhead | undefined;
	readonly stall: Stall | undefined;
	/** The incident whose agent fixes its cause as well. */
	readonly follows: Follows | undefined;
}

export interface GateRequest {
	/** What it has of what it needs since an earlier attempt: it does not queue for that. */
	readonly held: readonly string[];
	/** Undefined: failures of one cause are no group. */
	readonly groups: GroupRules | undefined;
	readonly now: number;
	readonly locked_until: number;
}

/** Reads them, and renews the lock. */
export async function readGates(
	db: D1Database,
	locked: LockedIncident,
	request: SpawnRequest,
	at: GateRequest,
): Promise<GateRows> {
	const lock = extendQuery(db, locked, at.locked_until);
	const { isHeld, ...rows } = await runQueries(db, { isHeld: lock, ...gateQueries(db, locked, request, at) });
	return { ...rows, isHeld, locked_until: at.locked_until };
}

/** The same without the lock, for the transaction of the decision. */
export function gateQueries(
	db: D1Database,
	locked: LockedIncident,
	request: SpawnRequest,
	{ held, groups, now }: Omit<GateRequest, "locked_until">,
) {
	const agent = request.max_active > 0 ? request.agent : undefined;
	const targets = [...blockers(request), ...limitBlockers({ ...locked, agent: request.agent })];
	return {
		pause: pauseQuery(db, now, { repository: locked.repository, agent: request.agent }),
		cause: causeOf(db, locked),
		ahead: aheadQuery(db, locked, { targets, held, agent }, now),
		stall: stallQuery(db),
		follows: leaderQuery(db, locked, groups, now),
	};
}

/** Only a first attempt may be about what another incident's agent pushed. */
function causeOf(db: D1Database, locked: LockedIncident): Query<PossibleCause | undefined> {
	if (locked.attempt > 1) return { statements: [], read: () => undefined };
	return causeQuery(db, needStored("incidents.incident", locked.incident, locked.id), locked.created_at);
}
