import { lostDeliveryStatement } from "./notification-events.ts";
import { defineTable, integer, nullable, type RowOf, rowNumber, text, time, withDefault } from "./table.ts";

/** Events that GitHub failed to deliver. */
export const failedDeliveriesTable = defineTable("failed_deliveries", {
	/** Shared by all deliveries of one event; `X-GitHub-Delivery`. */
	guid: text(),
	/** GitHub's number of one of its deliveries, as text: it does not fit into a JavaScript number. */
	delivery_id: text(),
	event: text(),
	delivered_at: time(),
	/**
	 * pending: a redelivery will be requested; recovered: it arrived; lost: GitHub no longer has it, or refuses to send it;
	 * repeated: it was redelivered before Healer requested it.
	 */
	state: text<"pending" | "recovered" | "lost" | "repeated">(),
	/** Redeliveries requested from GitHub. */
	requests: withDefault(integer()),
	next_request_at: time(),
});

/** How far GitHub's list of deliveries was scanned: one row. */
export const deliveryScanTable = defineTable("delivery_scan", {
	/** 1. */
	one: rowNumber(),
	/** All deliveries up to here were scanned; null: none yet. */
	scanned_until: nullable(time()),
	/** Start of a scan that is not complete. */
	began_at: nullable(time()),
	/** Where GitHub's list continues for that scan. */
	cursor: nullable(text()),
	/** When GitHub was last asked. */
	scanned_at: nullable(time()),
	/** Until when GitHub accepts no request. */
	not_before: withDefault(time()),
	/** Why the last scan failed. */
	problem: nullable(text()),
	/** Until when the scan is locked. */
	locked_until: withDefault(time()),
});

const dueColumns = failedDeliveriesTable.pick("guid", "delivery_id", "delivered_at", "requests");
const scanColumns = deliveryScanTable.omit("one", "locked_until");

/** One entry of GitHub's list: an attempt to deliver an event. */
export interface ListedDelivery {
	readonly id: string;
	/** Shared by all deliveries of one event; `X-GitHub-Delivery`. */
	readonly guid: string;
	readonly event: string;
	/** Milliseconds since 1970. */
	readonly delivered_at: number;
	readonly status_code: number;
	readonly redelivery: boolean;
}

export type FailedDelivery = RowOf<typeof dueColumns>;

/** How far the current scan has come: columns of `delivery_scan`. */
export type ScanProgress = Pick<DeliveryScan, "scanned_until" | "began_at" | "cursor">;

/**
 * Stores one page of GitHub's list and the scan's progress, in one transaction. A guid without a 2xx becomes pending, unless
 * another delivery of it succeeded. The order in which the two are seen does not matter.
 */
export async function keepPage(
	db: D1Database,
	page: readonly ListedDelivery[],
	progress: ScanProgress,
	now: number,
): Promise<void> {
	const arrived = page.filter(({ status_code }) => isSuccess(status_code));
	const guids = new Set(arrived.map(({ guid }) => guid));
	const lost = page.filter(({ guid }) => !guids.has(guid));
	await db.batch([
		db
			.prepare(
				`UPDATE failed_deliveries SET state = 'recovered'
				WHERE state IN ('pending', 'lost') AND guid IN (SELECT value FROM json_each(?1))`,
			)
			.bind(JSON.stringify([...guids])),
		// A success newer than the failure is a redelivery. The scan sees it before the page with the failure.
		insertAll(
			db,
			"repeated",
			arrived.filter(({ redelivery }) => redelivery),
			now,
		),
		insertAll(db, "pending", lost, now),
		db
			.prepare("UPDATE delivery_scan SET scanned_until = ?1, began_at = ?2, cursor = ?3 WHERE one = 1")
			.bind(progress.scanned_until, progress.began_at, progress.cursor),
	]);
}

function insertAll(
	db: D1Database,
	state: "pending" | "repeated",
	deliveries: readonly ListedDelivery[],
	now: number,
): D1PreparedStatement {
	return db
		.prepare(
			failedDeliveriesTable.insertSelect(
				{
					guid: "value ->> 'guid'",
					delivery_id: "value ->> 'id'",
					event: "value ->> 'event'",
					delivered_at: "value ->> 'delivered_at'",
					state: "?2",
					next_request_at: "?3",
				},
				"FROM json_each(?1) WHERE true ON CONFLICT (guid) DO NOTHING",
			),
		)
		.bind(JSON.stringify(deliveries), state, now);
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** Deliveries whose redelivery is due to be requested, oldest first: GitHub deletes those first. */
export async function dueFailedDeliveries(
	db: D1Database,
	now: number,
	limit: number,
): Promise<readonly FailedDelivery[]> {
	const { results } = await db
		.prepare(
			`SELECT ${dueColumns.list} FROM failed_deliveries
			WHERE state = 'pending' AND next_request_at <= ?1 ORDER BY delivered_at, guid LIMIT ?2`,
		)
		.bind(now, limit)
		.all<FailedDelivery>();
	return results;
}

/** Marks deliveries as recovered that are in the journal, although GitHub got no answer in time. */
export async function markRecovered(db: D1Database): Promise<void> {
	await db
		.prepare(
			`UPDATE failed_deliveries SET state = 'recovered' WHERE state = 'pending'
			AND EXISTS (SELECT 1 FROM deliveries WHERE deliveries.delivery_id = failed_deliveries.guid)`,
		)
		.run();
}

/** Counts the request before it is sent: if its answer is lost, it is still not repeated early. */
export async function recordRequest(db: D1Database, guid: string, next_request_at: number): Promise<void> {
	await db
		.prepare("UPDATE failed_deliveries SET requests = requests + 1, next_request_at = ?2 WHERE guid = ?1")
		.bind(guid, next_request_at)
		.run();
}

/** Takes back the count of a request that did not reach GitHub, or that GitHub refused for now. */
export async function undoRequest(db: D1Database, guid: string, next_request_at: number): Promise<void> {
	await db
		.prepare("UPDATE failed_deliveries SET requests = requests - 1, next_request_at = ?2 WHERE guid = ?1")
		.bind(guid, next_request_at)
		.run();
}

/** Marks a pending delivery as lost, and adds that a person may have to be notified of it. */
export async function markLost(db: D1Database, guid: string, now: number): Promise<void> {
	await db.batch([
		lostDeliveryStatement(db, guid, now),
		db.prepare("UPDATE failed_deliveries SET state = 'lost' WHERE guid = ?1 AND state = 'pending'").bind(guid),
	]);
}

export interface FailedDeliveryCounts {
	readonly pending: number;
	readonly recovered: number;
	readonly lost: number;
	/** Redeliveries requested from GitHub, all deliveries together. */
	readonly requests: number;
}

/** Counts over all rows kept. */
export async function countFailedDeliveries(db: D1Database): Promise<FailedDeliveryCounts> {
	const { results } = await db
		.prepare("SELECT state, count(*) AS count, sum(requests) AS requests FROM failed_deliveries GROUP BY state")
		.all<{ state: string; count: number; requests: number }>();
	const count = (state: string) => results.find((row) => row.state === state)?.count ?? 0;
	const requests = results.reduce((sum, row) => sum + row.requests, 0);
	return { pending: count("pending"), recovered: count("recovered"), lost: count("lost"), requests };
}

export async function pruneFailedDeliveries(db: D1Database, before: number): Promise<void> {
	await db.prepare("DELETE FROM failed_deliveries WHERE delivered_at < ?1").bind(before).run();
}

/** The row of `delivery_scan`. */
export type DeliveryScan = RowOf<typeof scanColumns>;

/** Locks the scan of GitHub's deliveries if it is due and unlocked. */
export async function lockDeliveryScan(
	db: D1Database,
	at: { readonly now: number; readonly locked_until: number; readonly scannedBefore: number },
): Promise<DeliveryScan | undefined> {
	const row = await db
		.prepare(
			`UPDATE delivery_scan SET locked_until = ?2
			WHERE one = 1 AND locked_until <= ?1 AND not_before <= ?1 AND coalesce(scanned_at, 0) <= ?3
			RETURNING ${scanColumns.list}`,
		)
		.bind(at.now, at.locked_until, at.scannedBefore)
		.first<DeliveryScan>();
	return row ?? undefined;
}

/** Releases the scan's lock and sets when the next scan may start. */
export async function endDeliveryScan(
	db: D1Database,
	end: { readonly scanned_at: number; readonly not_before: number; readonly problem: string | null },
): Promise<void> {
	await db
		.prepare("UPDATE delivery_scan SET scanned_at = ?1, not_before = ?2, problem = ?3, locked_until = 0 WHERE one = 1")
		.bind(end.scanned_at, end.not_before, end.problem)
		.run();
}

/** Releases the scan's lock, at the start of the only process that can hold it. */
export async function releaseDeliveryScan(db: D1Database): Promise<void> {
	await db.prepare("UPDATE delivery_scan SET locked_until = 0 WHERE one = 1").run();
}

export async function readDeliveryScan(db: D1Database): Promise<DeliveryScan | undefined> {
	const scan = db.prepare(`SELECT ${scanColumns.list} FROM delivery_scan WHERE one = 1`);
	return (await scan.first<DeliveryScan>()) ?? undefined;
}
