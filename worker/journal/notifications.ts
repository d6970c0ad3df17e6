import type { NotifyEvent } from "../../pipeline/index.ts";
import { insertRow } from "./bind-named.ts";
import { defineTable, integer, nullable, type RowOf, text, time, withDefault } from "./table.ts";

/** The outbox: one row is one message to one target. */
export const notificationsTable = defineTable("notifications", {
	/** The `webhook-id`: the same in every try, so that a receiver can tell a repetition. */
	id: text(),
	/** The entry of `notify` in the pipeline. */
	target: text(),
	event: text<NotifyEvent>(),
	incident_id: nullable(text()),
	/** JSON (`notifications/message.ts`): the same bytes in every try. */
	message: text(),
	/** failed: never sent, and too old to be of use. */
	state: text<"pending" | "sent" | "failed">(),
	created_at: time(),
	tries: withDefault(integer()),
	/** When it may be tried, unless its target waits; null once it is sent or failed. */
	next_try_at: nullable(time()),
	last_error: nullable(text()),
	ended_at: nullable(time()),
});

/** How a target fares. A row exists once anything was sent to it, or tried. */
export const notificationTargetsTable = defineTable("notification_targets", {
	name: text(),
	/** Nothing is sent to it before. */
	not_before: withDefault(time()),
	/** Failed tries since the last one that arrived. */
	failures: withDefault(integer()),
	failing_since: nullable(time()),
	last_error: nullable(text()),
	/** When a message last arrived. */
	sent_at: nullable(time()),
});

const dueColumns = notificationsTable.pick("id", "target", "message", "created_at", "tries", "next_try_at");
export type DueNotification = RowOf<typeof dueColumns>;
export type NotificationTargetRow = RowOf<typeof notificationTargetsTable>;

/** Adds a message to the outbox, once. */
export function addNotificationStatement(
	db: D1Database,
	row: Pick<RowOf<typeof notificationsTable>, "id" | "target" | "event" | "incident_id" | "message" | "created_at">,
): D1PreparedStatement {
	const pending = { ...row, state: "pending", next_try_at: row.created_at } as const;
	return insertRow(db, notificationsTable, pending, { onConflict: "ON CONFLICT (id) DO NOTHING" });
}

/** The targets for which messages wait. */
export async function pendingTargets(db: D1Database): Promise<readonly string[]> {
	const { results } = await db
		.prepare("SELECT DISTINCT target FROM notifications WHERE state = 'pending' ORDER BY target")
		.all<{ target: string }>();
	return results.map(({ target }) => target);
}

export async function targetRows(db: D1Database): Promise<ReadonlyMap<string, NotificationTargetRow>> {
	const { results } = await db
		.prepare(`SELECT ${notificationTargetsTable.list} FROM notification_targets`)
		.all<NotificationTargetRow>();
	return new Map(results.map((row) => [row.name, row]));
}

/**
 * Takes the oldest message of a target that is due and counts the try before it is made: for `takenMs` nobody else takes it. If
 * its taker dies, it is sent again after that, under the same id.
 */
export async function takeNotification(
	db: D1Database,
	target: string,
	{ now, takenMs }: { readonly now: number; readonly takenMs: number },
): Promise<DueNotification | undefined> {
	const row = await db
		.prepare(
			`UPDATE notifications SET tries = tries + 1, next_try_at = ?3 WHERE state = 'pending' AND next_try_at <= ?2 AND id = (
				SELECT id FROM notifications WHERE target = ?1 AND state = 'pending' AND next_try_at <= ?2
				ORDER BY created_at, id LIMIT 1
			) RETURNING ${dueColumns.list}`,
		)
		.bind(target, now, now + takenMs)
		.first<DueNotification>();
	return row ?? undefined;
}

/** Records that a message arrived. */
export async function recordSent(db: D1Database, { id, target }: DueNotification, now: number): Promise<void> {
	await db.batch([
		db
			.prepare(
				`UPDATE notifications SET state = 'sent', next_try_at = NULL, last_error = NULL, ended_at = ?2
				WHERE id = ?1 AND state = 'pending'`,
			)
			.bind(id, now),
		db
			.prepare(
				`INSERT INTO notification_targets (name, sent_at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET
					not_before = 0, failures = 0, failing_since = NULL, last_error = NULL, sent_at = excluded.sent_at`,
			)
			.bind(target, now),
	]);
}

/** Records why a message did not arrive, when it is tried again, and how long its target waits. */
export async function recordNotSent(
	db: D1Database,
	{ id, target }: DueNotification,
	failed: { readonly error: string; readonly next_try_at: number; readonly not_before: number; readonly now: number },
): Promise<void> {
	await db.batch([
		db
			.prepare("UPDATE notifications SET last_error = ?2, next_try_at = ?3 WHERE id = ?1 AND state = 'pending'")
			.bind(id, failed.error, failed.next_try_at),
		db
			.prepare(
				`INSERT INTO notification_targets (name, not_before, failures, failing_since, last_error) VALUES (?1, ?2, 1, ?3, ?4)
				ON CONFLICT (name) DO UPDATE SET not_before = excluded.not_before, failures = failures + 1,
					failing_since = coalesce(failing_since, excluded.failing_since), last_error = excluded.last_error`,
			)
			.bind(target, failed.not_before, failed.now, failed.error),
	]);
}

/** Gives up what has waited since before `before`; how many. */
export async function failOldNotifications(db: D1Database, before: number, now: number): Promise<number> {
	const { meta } = await db
		.prepare(
			"UPDATE notifications SET state = 'failed', next_try_at = NULL, ended_at = ?2 WHERE state = 'pending' AND created_at < ?1",
		)
		.bind(before, now)
		.run();
	return meta.changes;
}

/** What waits for a target, and what was given up. */
export interface NotificationCounts {
	readonly target: string;
	readonly pending: number;
	/** Of these, the ones that were tried in vain. */
	readonly failing: number;
	readonly failed: number;
	readonly oldest_at: number | null;
	/** Why one of those that wait was not sent. */
	readonly last_error: string | null;
}

/** For every target with messages that wait or were given up. */
export async function countNotifications(db: D1Database): Promise<ReadonlyMap<string, NotificationCounts>> {
	const { results } = await db
		.prepare(
			`SELECT target, sum(state = 'pending') AS pending, sum(state = 'pending' AND last_error IS NOT NULL) AS failing,
				sum(state = 'failed') AS failed, min(CASE state WHEN 'pending' THEN created_at END) AS oldest_at,
				max(CASE state WHEN 'pending' THEN last_error END) AS last_error
			FROM notifications WHERE state IN ('pending', 'failed') GROUP BY target`,
		)
		.all<NotificationCounts>();
	return new Map(results.map((counts) => [counts.target, counts]));
}
