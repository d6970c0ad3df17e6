import type { LockedIncident } from "./incident-row.ts";
import { takeStep } from "./transition.ts";

export type WaitEnd =
	/** `existed`: the CodeRun was there already when it was asked for. */
	| { readonly event: "spawned"; readonly coderun_name: string; readonly existed: boolean; readonly now: number }
	| { readonly event: "refused" | "abandoned" | "superseded"; readonly reason: string; readonly now: number };

/** What the sending came to, for good. False when the row is no longer held, or its outcome is already known. */
export async function endWait(db: D1Database, locked: LockedIncident, end: WaitEnd): Promise<boolean> {
	const { event, now } = end;
	const ended = { blocked_on: null, next_try_at: null, failing_since: null, tries: 0, not_before: null };
	const step =
		event === "spawned"
			? { reason: null, set: { ...ended, coderun_name: end.coderun_name }, with: [spawnedStatement(db, locked, end)] }
			: { reason: end.reason, set: ended };
	return (await takeStep(db, locked.id, { event, now, when: locked, ...step })) === "done";
}

function spawnedStatement(
	db: D1Database,
	{ id, attempt }: LockedIncident,
	{ existed, now }: { readonly existed: boolean; readonly now: number },
): D1PreparedStatement {
	return db
		.prepare(
			// One that was there already may have ended meanwhile, its outcome lost with a journal that was restored: ask.
			`UPDATE attempts SET spawned_at = coalesce(spawned_at, ?3), existed = ?4, ask_at = CASE ?4 WHEN 1 THEN ?3 END
			WHERE incident_id = ?1 AND attempt = ?2`,
		)
		.bind(id, attempt, now, existed ? 1 : 0);
}
