import { bindNamed } from "./bind-named.ts";
import { type IncidentRow, incidentsTable, type LockedIncident } from "./incidents.ts";
import { type LockRequest, lockRow } from "./lock-row.ts";
import { insertTransitions } from "./transitions.ts";

/** Locks an escalated incident whose notification is due; undefined if it is locked, or no longer escalated. */
export async function lockEscalation(db: D1Database, id: string, at: LockRequest): Promise<LockedIncident | undefined> {
	const where = "id = :id AND status = 'escalated' AND next_try_at <= :now";
	return await lockRow(db, incidentsTable, incidentsTable, { where, key: { id }, at });
}

/** Records the escalation comment's URL, or a note on why there is none. The notification is no longer due. */
export async function recordNotified(
	db: D1Database,
	{ id, reason, updated_at }: IncidentRow,
	notified: { readonly url: string | null; readonly note: string | null; readonly now: number },
): Promise<void> {
	const text = notified.note === null ? reason : [reason, notified.note].filter(Boolean).join("; ");
	await db.batch([
		bindNamed(
			db,
			insertTransitions(
				{ at: ":now", event: "'notified'", to_status: "status", reason: ":reason" },
				"FROM incidents WHERE id = :id AND status = 'escalated' AND updated_at = :updated_at",
			),
			{ id, updated_at, now: notified.now, reason: notified.url ?? notified.note },
		),
		db
			.prepare(
				`UPDATE incidents SET escalation_url = coalesce(?3, escalation_url), reason = ?4, next_try_at = NULL, lock = NULL,
					locked_until = 0 WHERE id = ?1 AND status = 'escalated' AND updated_at = ?2`,
			)
			.bind(id, updated_at, notified.url, text),
	]);
}

/** Schedules the next try of the notification. */
export async function retryNotification(
	db: D1Database,
	{ id, updated_at }: IncidentRow,
	again: { readonly until: number; readonly tries: number },
): Promise<void> {
	await db
		.prepare(
			`UPDATE incidents SET next_try_at = ?3, tries = ?4, lock = NULL, locked_until = 0
			WHERE id = ?1 AND status = 'escalated' AND updated_at = ?2`,
		)
		.bind(id, updated_at, again.until, again.tries)
		.run();
}

/** An incident whose escalation comment shows another state than its current one. */
export type ChangedEscalation = IncidentRow & {
	/** Why it was escalated. */
	readonly escalation_reason: string | null;
	/** 1 if another incident with a comment at the same place is still escalated. */
	readonly others_escalated: 0 | 1;
};

/** Escalated incidents whose state changed since, oldest change first, starting behind `after`. */
export async function changedEscalations(
	db: D1Database,
	limit: number,
	after?: Pick<ChangedEscalation, "updated_at" | "id">,
): Promise<readonly ChangedEscalation[]> {
	const { results } = await db
		.prepare(
			`SELECT ${incidentsTable.listOf("i")}, (
				SELECT t.reason FROM transitions t WHERE t.incident_id = i.id AND t.event = 'escalated' AND t.to_status IS NOT NULL
				ORDER BY t.id DESC LIMIT 1
			) AS escalation_reason, EXISTS (
				SELECT 1 FROM incidents o WHERE o.status = 'escalated' AND o.id <> i.id AND ${placeOf("o")} = ${placeOf("i")}
			) AS others_escalated
			FROM incidents i WHERE i.escalation_url IS NOT NULL AND i.status <> coalesce(i.escalation_status, 'escalated')
				AND (i.updated_at, i.id) > (?2, ?3)
			ORDER BY i.updated_at, i.id LIMIT ?1`,
		)
		.bind(limit, after?.updated_at ?? -1, after?.id ?? "")
		.all<ChangedEscalation>();
	return results;
}

/** SQL: the URL of the pull request or issue, without the comment's fragment. */
function placeOf(table: string): string {
	return `substr(${table}.escalation_url, 1, instr(${table}.escalation_url || '#', '#') - 1)`;
}

/** Records the state that the comment shows now. If the incident is escalated again, `notifyHuman` rewrites it. */
export async function recordEscalationStatus(db: D1Database, { id, status }: IncidentRow): Promise<void> {
	const announced = status === "escalated" ? null : status;
	await db.prepare("UPDATE incidents SET escalation_status = ?2 WHERE id = ?1").bind(id, announced).run();
}
