import type { NotifyEvent } from "../../pipeline/index.ts";
import { INCIDENT_NOTIFY_EVENTS } from "../../pipeline/notify-events.ts";
import { type Bindings, bindNamed } from "./bind-named.ts";
import type { IncidentStatus } from "./statuses.ts";
import { defineTable, integer, nullable, type RowOf, text, time } from "./table.ts";

/**
 * What a person may have to be notified of. A row is added in the transaction of what happened, so there is no moment between
 * the two at which a crash could lose it; it is deleted in the transaction that adds its messages to the outbox. (A cursor over
 * `transitions` would be less: SQLite gives the number of a deleted last row to the next one, so after the retention a cursor
 * may stand ahead of rows that it never saw.)
 */
export const notificationEventsTable = defineTable("notification_events", {
	/** From what happened: the same event is added once. */
	id: text(),
	event: text<NotifyEvent>(),
	incident_id: nullable(text()),
	at: time(),
	/** The incident's attempt then, and why it came to this. */
	attempt: nullable(integer()),
	reason: nullable(text()),
	/** Of a lost delivery: GitHub's name of its event. */
	subject: nullable(text()),
});

export type NotificationEvent = RowOf<typeof notificationEventsTable>;

/** Whether a person may want to hear that an incident came to this status. */
export function isNotable(status: IncidentStatus): boolean {
	return INCIDENT_NOTIFY_EVENTS.some((event) => event === status);
}

const ONCE = "ON CONFLICT (id) DO NOTHING";

/** Adds the event that an incident comes to a status, before it does: `where` is what the step itself requires of its row. */
export function incidentEventStatement(
	db: D1Database,
	to: IncidentStatus,
	{ where, values }: { readonly where: string; readonly values: Bindings },
): D1PreparedStatement {
	const insert = notificationEventsTable.insertSelect(
		{
			id: `id || ':${to}:' || :now`,
			event: `'${to}'`,
			incident_id: "id",
			at: ":now",
			attempt: "attempt",
			reason: ":reason",
		},
		`FROM incidents WHERE ${where} ${ONCE}`,
	);
	return bindNamed(db, insert, values);
}

/** Adds the event that a pending delivery is lost, before it is marked so. */
export function lostDeliveryStatement(db: D1Database, guid: string, now: number): D1PreparedStatement {
	const insert = notificationEventsTable.insertSelect(
		{ id: "'lost:' || guid", event: "'lost_delivery'", at: "?2", reason: "guid", subject: "event" },
		`FROM failed_deliveries WHERE guid = ?1 AND state = 'pending' ${ONCE}`,
	);
	return db.prepare(insert).bind(guid, now);
}

/** The oldest events whose messages are not in the outbox yet. */
export async function oldestEvents(db: D1Database, limit: number): Promise<readonly NotificationEvent[]> {
	const { results } = await db
		.prepare(`SELECT ${notificationEventsTable.list} FROM notification_events ORDER BY at, id LIMIT ?1`)
		.bind(limit)
		.all<NotificationEvent>();
	return results;
}

/** Deletes an event; belongs in the transaction that adds its messages. */
export function deleteEventStatement(db: D1Database, id: string): D1PreparedStatement {
	return db.prepare("DELETE FROM notification_events WHERE id = ?1").bind(id);
}
