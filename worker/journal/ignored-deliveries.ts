import { bindNamed, insertRows } from "./bind-named.ts";
import { defineTable, nullable, type RowOf, text, time } from "./table.ts";

/** The last ignored deliveries, at most `RING_SIZE`: why each one led to nothing. */
export const ignoredDeliveriesTable = defineTable("ignored_deliveries", {
	/** When it arrived. */
	at: time(),
	delivery_id: text(),
	event: text(),
	action: nullable(text()),
	/** `owner/name`. */
	repository: nullable(text()),
	branch: nullable(text()),
	/** One sentence for people. */
	reason: text(),
	/** The filter that refused it, else the kind of reason: `unknown_event`, `not_matched` ... */
	filter: text(),
});

export type IgnoredDelivery = RowOf<typeof ignoredDeliveriesTable>;

/** How many are kept. Older ones are deleted every minute, so that a burst may exceed it until then. */
export const RING_SIZE = 5_000;

const { list } = ignoredDeliveriesTable;

/** Inserts them by one statement. A repetition, as after a write whose answer was lost, changes nothing. */
export function ignoredDeliveriesStatement(db: D1Database, rows: readonly IgnoredDelivery[]): D1PreparedStatement {
	return insertRows(db, ignoredDeliveriesTable, rows, "ON CONFLICT (at, delivery_id) DO NOTHING");
}

/** SQL: deletes what is older than ?1, in milliseconds, and beyond the newest ?2; at most ?3 rows. */
export const PRUNE_IGNORED_DELIVERIES = `DELETE FROM ignored_deliveries WHERE (at, delivery_id) IN (
	SELECT at, delivery_id FROM ignored_deliveries
	WHERE at < max(?1, coalesce((SELECT at FROM ignored_deliveries ORDER BY at DESC LIMIT 1 OFFSET ?2 - 1), 0))
	ORDER BY at LIMIT ?3
)`;

export interface IgnoredQuery {
	/** Case-insensitive substring of any of its texts. */
	readonly text?: string;
	readonly filter?: string;
	/** In any case. */
	readonly repository?: string;
	readonly event?: string;
	readonly before?: Pick<IgnoredDelivery, "at" | "delivery_id">;
	readonly limit: number;
}

/** How many of the kept deliveries one filter ignored. */
export interface IgnoredByFilter {
	readonly filter: string;
	readonly count: number;
}

/** Newest first; and how many each filter ignored of those that the query selects apart from its `filter` and `before`. */
export async function listIgnored(
	db: D1Database,
	query: IgnoredQuery,
): Promise<{ readonly ignored: readonly IgnoredDelivery[]; readonly filters: readonly IgnoredByFilter[] }> {
	const { before, limit } = query;
	const values = {
		text: query.text?.toLowerCase() ?? null,
		filter: query.filter ?? null,
		repository: query.repository ?? null,
		event: query.event ?? null,
		before_at: before?.at ?? null,
		before_id: before?.delivery_id ?? "",
		limit,
	};
	// The whole ring is a few thousand short rows, in order: reading it costs less than keeping indexes for it.
	const [rows, counts] = await db.batch([
		bindNamed(
			db,
			`SELECT ${list} FROM ignored_deliveries
			WHERE ${SELECTED} AND (:filter IS NULL OR filter = :filter)
				AND (:before_at IS NULL OR (at, delivery_id) < (:before_at, :before_id))
			ORDER BY at DESC, delivery_id DESC LIMIT :limit`,
			values,
		),
		bindNamed(
			db,
			`SELECT filter, count(*) AS count FROM ignored_deliveries WHERE ${SELECTED} GROUP BY filter
			ORDER BY count DESC, filter`,
			values,
		),
	]);
	return {
		ignored: (rows?.results ?? []) as unknown as IgnoredDelivery[],
		filters: (counts?.results ?? []) as unknown as IgnoredByFilter[],
	};
}

const TEXTS = ["delivery_id", "event", "action", "repository", "branch", "reason", "filter"] as const;

const SELECTED = `(:repository IS NULL OR repository = :repository COLLATE NOCASE)
	AND (:event IS NULL OR event = :event)
	AND (:text IS NULL OR ${TEXTS.map((name) => `instr(lower(${name}), :text) > 0`).join(" OR ")})`;

/** When the newest delivery arrived that opened, repeated or was no incident; null if none is known. */
export async function lastDeliveryAt(db: D1Database): Promise<number | null> {
	return await db
		.prepare(
			`SELECT max(at) AS at FROM (
				SELECT max(received_at) AS at FROM deliveries
				UNION ALL SELECT max(at) FROM ignored_deliveries
			)`,
		)
		.first<number | null>("at");
}
