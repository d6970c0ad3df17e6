import type { Incident } from "../../pipeline/index.ts";
import { groupFor } from "../../pipeline/overrides.ts";
import type { Engine } from "../engine.ts";
import { beganAt } from "../journal/checks.ts";
import { findLeader, type LeaderRow, nextLeader } from "../journal/groups.ts";
import type { IncidentRow } from "../journal/incidents.ts";
import { isEnded } from "../journal/state-machine.ts";

/** What a member of a group knows of it. */
export interface GroupState {
	/** Undefined: the retention removed it. */
	readonly leader?: LeaderRow;
	/** Whether the leader is still about that: it may have been decided again, on a newer commit. */
	readonly isSameCause: boolean;
	/** How long the group waits for a leader that has no fix yet, in milliseconds since the epoch. */
	readonly waits_until?: number;
	/** Where the leader's fix is, for the member: on its own branch, on the one that it is merged into, or elsewhere. */
	readonly reach: "branch" | "base" | "none";
	/** Whether this member leads next, if the leader leaves it behind. */
	readonly isNext: boolean;
	/** Whether its commit may have the fix: its check began after that was merged. */
	readonly mayHaveFix: boolean;
	/** Whether it does; undefined: not asked yet. */
	readonly hasFix?: boolean;
	/** Whether its pull request can be notified that its base is fixed, and was not. */
	readonly isToBeNotified: boolean;
}

/** Read after its own rows: a leader that ends later makes it due again. */
export async function groupState(
	db: D1Database,
	incident: IncidentRow,
	failure: Incident,
	engine: Pick<Engine, "group" | "overrides">,
	hasFix: boolean | undefined,
): Promise<GroupState> {
	const leader = await findLeader(db, incident);
	const none = { isSameCause: false, reach: "none", isNext: false, mayHaveFix: false, isToBeNotified: false } as const;
	if (leader === undefined) return none;
	const reach = reachOf(leader, incident);
	const isSameCause = leader.fingerprint === incident.fingerprint;
	const isFixed = isSameCause && (leader.fixed_by === "agent" || leader.fixed_by === "other");
	const group = groupFor(engine, incident.repository);
	const waits_until = group === undefined ? undefined : waitsUntil(leader, group.window_s * 1000);
	const began_at = beganAt(failure) ?? incident.created_at;
	return {
		leader,
		isSameCause,
		reach,
		...(waits_until !== undefined && { waits_until }),
		isNext: (await nextLeader(db, { leader, isFixed })) === incident.id,
		mayHaveFix: leader.fix !== null && leader.merged_at !== null && began_at >= leader.merged_at,
		...(hasFix !== undefined && { hasFix }),
		isToBeNotified: failure.pr_number !== undefined && incident.notified_at === null,
	};
}

/** A fix that waits to be merged is waited for without an end: another agent could do nothing. */
function waitsUntil({ status, led_at }: LeaderRow, window_ms: number): number | undefined {
	return isEnded(status) || status === "awaiting_merge" || led_at === null ? undefined : led_at + window_ms;
}

function reachOf(leader: LeaderRow, { repository, own_branch, base }: IncidentRow): GroupState["reach"] {
	if (leader.own_branch === null || leader.repository !== repository) return "none";
	if (leader.own_branch === own_branch) return "branch";
	return leader.own_branch === base ? "base" : "none";
}
