import { redactText } from "../../pipeline/redaction/redact-text.ts";
import type { IncidentRow } from "./incidents.ts";
import { isEnded, type RemediationEvent, TRANSITIONS } from "./state-machine.ts";

/** One step in an incident's life. */
export interface Step {
	readonly event: RemediationEvent;
	/** One sentence for people; null if the state needs none. */
	readonly reason: string | null;
	readonly now: number;
	/** Other columns to change. The lock is always released. */
	readonly set?: Partial<Omit<IncidentRow, "id" | "status" | "reason" | "lock" | "locked_until" | "updated_at">>;
	/** The step is taken only while this holds; otherwise another caller has changed the row. */
	readonly when: { readonly lock: string } | { readonly seen: Pick<IncidentRow, "status" | "attempt" | "updated_at"> };
	/** Run in the step's transaction, before the row changes. */
	readonly with?: readonly D1PreparedStatement[];
}

export type StepResult = "done" | /** The state machine does not allow it; kept in the timeline. */ "refused" | "raced";

/**
 * Takes one step of the state machine by compare-and-set and adds it to the timeline, in one transaction. Every status but
 * the first one is written here.
 */
export async function takeStep(db: D1Database, id: string, step: Step): Promise<StepResult> {
	const { from, to } = TRANSITIONS[step.event];
	const guard = guardOf(step);
	const states = from.map((status) => `'${status}'`).join(", ");
	const reason = step.reason === null ? null : redactText(step.reason);
	const about = [id, step.now, step.event, reason] as const;
	const guarded = guard.values.map((_, index) => `?${index + 5}`);
	const holds = guard.sql(guarded);
	const set = setOf(step, to);
	const at = 5 + guard.values.length;
	const assignments = set.map(([name], index) => `${name} = ?${at + index}`).join(", ");

	const results = await db.batch([
		db
			.prepare(
				`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
				SELECT id, ?2, attempt, ?3, status, NULL, ?4 FROM incidents WHERE id = ?1 AND ${holds} AND status NOT IN (${states})`,
			)
			.bind(...about, ...guard.values),
		// A wait that continues for the same reason is one line in the timeline, not one a minute.
		db
			.prepare(
				`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
				SELECT id, ?2, attempt, ?3, status, '${to}', ?4 FROM incidents
				WHERE id = ?1 AND ${holds} AND status IN (${states}) AND (status <> '${to}' OR reason IS NOT ?4)`,
			)
			.bind(...about, ...guard.values),
		...(step.with ?? []),
		db
			.prepare(
				`UPDATE incidents SET status = '${to}', reason = ?4, lock = NULL, locked_until = 0, updated_at = ?2, ${assignments}
				WHERE id = ?1 AND ${holds} AND status IN (${states})`,
			)
			.bind(...about, ...guard.values, ...set.map(([, value]) => value)),
	]);
	if (results.at(-1)?.meta.changes === 1) return "done";
	return results[0]?.meta.changes === 1 ? "refused" : "raced";
}

function guardOf({ when }: Step): {
	readonly values: readonly (string | number)[];
	sql(places: readonly string[]): string;
} {
	if ("lock" in when) return { values: [when.lock], sql: ([lock]) => `lock = ${lock}` };
	const { status, attempt, updated_at } = when.seen;
	// The holder of an unsent row's lock goes first.
	return {
		values: [status, attempt, updated_at],
		sql: ([s, a, u]) =>
			`status = ${s} AND attempt = ${a} AND updated_at = ${u} AND (locked_until <= ?2 OR status NOT IN ('accepted', 'waiting'))`,
	};
}

function setOf({ set, now }: Step, to: IncidentRow["status"]): readonly (readonly [string, string | number | null])[] {
	const changes = { ended_at: isEnded(to) ? now : null, paused: 0, ...set };
	return Object.entries(changes).filter(([, value]) => value !== undefined);
}
