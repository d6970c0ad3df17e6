import { redactText } from "../../pipeline/redaction/redact-text.ts";
import { type AuditEntry, auditStatement } from "./audit.ts";
import { type Bindable, bindNamed } from "./bind-named.ts";
import type { IncidentRow } from "./incidents.ts";
import { incidentEventStatement, isNotable } from "./notification-events.ts";
import { type Query, runQuery } from "./query.ts";
import { isEnded, type RemediationEvent, TRANSITIONS } from "./state-machine.ts";
import type { IncidentStatus } from "./statuses.ts";
import { defineTable, type Expressions, integer, nullable, rowNumber, text, time } from "./table.ts";

export const transitionsTable = defineTable("transitions", {
	id: rowNumber(),
	incident_id: text(),
	at: time(),
	attempt: integer(),
	event: text(),
	from_status: text<IncidentStatus>(),
	/** Null if the state machine refused the event: nothing changed. */
	to_status: nullable(text<IncidentStatus>()),
	reason: nullable(text()),
});

/** SQL: adds a line to the timeline of each incident that `from`, from FROM on, selects. */
export function insertTransitions(
	step: Pick<Required<Expressions<typeof transitionsTable.columns>>, "at" | "event" | "to_status" | "reason">,
	from: string,
): string {
	return transitionsTable.insertSelect({ incident_id: "id", attempt: "attempt", from_status: "status", ...step }, from);
}

/** What follows for the members of its group, they find out themselves. */
function membersDueStatement(db: D1Database, id: string, now: number): D1PreparedStatement {
	return db.prepare("UPDATE incidents SET next_try_at = ?2 WHERE leader_id = ?1 AND status = 'grouped'").bind(id, now);
}

/** An incident as a caller saw it that does not hold its lock. */
export type SeenIncident = Pick<IncidentRow, "id" | "status" | "attempt" | "updated_at">;

/** SQL: nobody is deciding or sending the incident; `now`: SQL of the time. The holder of an unsent row's lock goes first. */
export const isUnlocked = (now: string) => `(locked_until <= ${now} OR status NOT IN ('accepted', 'waiting'))`;

/** One step in an incident's life. */
export interface Step {
	readonly event: RemediationEvent;
	/** One sentence for people; null if the state needs none. SQL: over the row's columns. */
	readonly reason: string | { readonly sql: string } | null;
	readonly now: number;
	/** SQL over the row's columns: the step is taken only if it holds. */
	readonly only?: string;
	/** Other columns to change. The lock is always released. */
	readonly set?: Partial<Omit<IncidentRow, "id" | "status" | "reason" | "lock" | "locked_until" | "updated_at">>;
	/** The step is taken only while this holds; otherwise another caller has changed the row. */
	readonly when: { readonly lock: string } | { readonly seen: Omit<SeenIncident, "id"> };
	/** Run in the step's transaction, before the row changes. */
	readonly with?: readonly D1PreparedStatement[];
	/** Run in the step's transaction, after the row changed. */
	readonly after?: readonly D1PreparedStatement[];
	/** For the audit trail, if a person takes the step; written only if it is taken. */
	readonly audit?: AuditEntry | undefined;
}

export type StepResult = "done" | /** The state machine does not allow it; kept in the timeline. */ "refused" | "raced";

/**
 * Takes one step of the state machine by compare-and-set and adds it to the timeline, in one transaction. Every status but
 * the first one is written here.
 */
export async function takeStep(db: D1Database, id: string, step: Step): Promise<StepResult> {
	return await runQuery(db, stepQuery(db, id, step));
}

/** The same step, for a transaction with others. */
export function stepQuery(db: D1Database, id: string, step: Step): Query<StepResult> {
	const { from, to } = TRANSITIONS[step.event];
	const guard = guardOf(step);
	const states = from.map((status) => `'${status}'`).join(", ");
	const set = setOf(step, to);
	const assignments = set.map(([name]) => `${name} = :set_${name}`).join(", ");
	const values = {
		...guard.values,
		...Object.fromEntries(set.map(([name, value]) => [`set_${name}`, value])),
		id,
		now: step.now,
		event: step.event,
		reason: typeof step.reason === "string" ? redactText(step.reason) : null,
	};
	const reason = step.reason !== null && typeof step.reason === "object" ? step.reason.sql : ":reason";
	const seen = `id = :id AND ${guard.sql}${step.only === undefined ? "" : ` AND ${step.only}`}`;
	const isAllowed = `status IN (${states})`;

	const before = [
		// A wait that continues for the same reason is one line in the timeline, not one a minute.
		bindNamed(
			db,
			insertTransitions(
				{ at: ":now", event: ":event", reason, to_status: `CASE WHEN ${isAllowed} THEN '${to}' END` },
				`FROM incidents WHERE ${seen} AND (NOT ${isAllowed} OR status <> '${to}' OR reason IS NOT ${reason})`,
			),
			values,
		),
		...(step.with ?? []),
		// Of a group, people hear about its leader.
		...(isNotable(to)
			? [
					incidentEventStatement(db, to, {
						where: `${seen} AND ${isAllowed} AND status <> '${to}' AND leader_id IS NULL`,
						values,
					}),
				]
			: []),
		...(step.audit === undefined
			? []
			: [
					auditStatement(db, step.audit, step.now, {
						where: `EXISTS (SELECT 1 FROM incidents WHERE ${seen} AND ${isAllowed})`,
						also: values,
					}),
				]),
	];
	const change = bindNamed(
		db,
		`UPDATE incidents SET status = '${to}', reason = ${reason}, lock = NULL, locked_until = 0, updated_at = :now, ${assignments}
		WHERE ${seen} AND ${isAllowed}`,
		values,
	);
	const after = [...(isEnded(to) ? [membersDueStatement(db, id, step.now)] : []), ...(step.after ?? [])];
	return {
		statements: [...before, change, ...after],
		read(results) {
			if (results[before.length]?.meta.changes === 1) return "done";
			// The row did not change, so a line says that the state machine refused.
			return results[0]?.meta.changes === 1 ? "refused" : "raced";
		},
	};
}

function guardOf({ when }: Step): { readonly values: Readonly<Record<string, Bindable>>; readonly sql: string } {
	if ("lock" in when) return { values: { lock: when.lock }, sql: "lock = :lock" };
	const { status, attempt, updated_at } = when.seen;
	return {
		values: { status, attempt, updated_at },
		sql: `status = :status AND attempt = :attempt AND updated_at = :updated_at AND ${isUnlocked(":now")}`,
	};
}

function setOf({ set, now }: Step, to: IncidentRow["status"]): readonly (readonly [string, Bindable])[] {
	const ofGroup = to === "waiting" ? { leader_id: null, notified_at: null } : {};
	const changes = { ended_at: isEnded(to) ? now : null, blocked_by: null, paused: 0, ...ofGroup, ...set };
	return Object.entries(changes).filter(([, value]) => value !== undefined);
}
