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

export interface LostDelivery {
	readonly guid: string;
	readonly delivery_id: string;
	readonly delivered_at: number;
	readonly asked: number;
}

/** How far a look has come: the columns of `delivery_look`. */
export interface LookProgress {
	readonly seen_until: number | null;
	readonly began_at: number | null;
	readonly cursor: string | null;
}

/**
 * Writes down one page of GitHub's list, with how far the look has come: both or neither. What was never a 2xx is
 * wanted, unless another delivery of its guid was one, whichever of the two is seen first.
 */
export async function keepPage(
	db: D1Database,
	page: readonly ListedDelivery[],
	progress: LookProgress,
	now: number,
): Promise<void> {
	const arrived = page.filter(({ status_code }) => isSuccess(status_code));
	const guids = new Set(arrived.map(({ guid }) => guid));
	const lost = page.filter(({ guid }) => !guids.has(guid));
	await db.batch([
		db
			.prepare(
				`UPDATE lost_deliveries SET state = 'arrived'
				WHERE state IN ('wanted', 'given_up') AND guid IN (SELECT value FROM json_each(?1))`,
			)
			.bind(JSON.stringify([...guids])),
		// A success that is newer than the failure is a redelivery: known before the failure's page is seen.
		insertAll(
			db,
			"repeated",
			arrived.filter(({ redelivery }) => redelivery),
			now,
		),
		insertAll(db, "wanted", lost, now),
		db
			.prepare("UPDATE delivery_look SET seen_until = ?1, began_at = ?2, cursor = ?3 WHERE one = 1")
			.bind(progress.seen_until, progress.began_at, progress.cursor),
	]);
}

function insertAll(
	db: D1Database,
	state: "wanted" | "repeated",
	deliveries: readonly ListedDelivery[],
	now: number,
): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO lost_deliveries (guid, delivery_id, event, delivered_at, state, next_ask_at)
			SELECT value ->> 'guid', value ->> 'id', value ->> 'event', value ->> 'delivered_at', ?2, ?3
			FROM json_each(?1) WHERE true
			ON CONFLICT (guid) DO NOTHING`,
		)
		.bind(JSON.stringify(deliveries), state, now);
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** What GitHub shall be asked for now, oldest first: GitHub forgets those first. */
export async function dueLostDeliveries(db: D1Database, now: number, limit: number): Promise<readonly LostDelivery[]> {
	const { results } = await db
		.prepare(
			`SELECT guid, delivery_id, delivered_at, asked FROM lost_deliveries
			WHERE state = 'wanted' AND next_ask_at <= ?1 ORDER BY delivered_at, guid LIMIT ?2`,
		)
		.bind(now, limit)
		.all<LostDelivery>();
	return results;
}

/** Those that are in the journal although GitHub got no answer in time are not wanted any more. */
export async function settleKnownDeliveries(db: D1Database): Promise<void> {
	await db
		.prepare(
			`UPDATE lost_deliveries SET state = 'arrived' WHERE state = 'wanted'
			AND EXISTS (SELECT 1 FROM deliveries WHERE deliveries.delivery_id = lost_deliveries.guid)`,
		)
		.run();
}

/** Written down before GitHub is asked: whatever becomes of the answer, it is not asked again before its time. */
export async function recordAsk(db: D1Database, guid: string, next_ask_at: number): Promise<void> {
	await db
		.prepare("UPDATE lost_deliveries SET asked = asked + 1, next_ask_at = ?2 WHERE guid = ?1")
		.bind(guid, next_ask_at)
		.run();
}

/** GitHub was not reached, or refused for now: this ask did not count. */
export async function takeBackAsk(db: D1Database, guid: string, next_ask_at: number): Promise<void> {
	await db
		.prepare("UPDATE lost_deliveries SET asked = asked - 1, next_ask_at = ?2 WHERE guid = ?1")
		.bind(guid, next_ask_at)
		.run();
}

export async function giveUpDelivery(db: D1Database, guid: string): Promise<void> {
	await db
		.prepare("UPDATE lost_deliveries SET state = 'given_up' WHERE guid = ?1 AND state = 'wanted'")
		.bind(guid)
		.run();
}

export interface LostCounts {
	readonly wanted: number;
	readonly arrived: number;
	readonly given_up: number;
	/** How often GitHub was asked, for all of them together. */
	readonly asked: number;
}

/** Of the deliveries that were lost in the time that rows are kept. */
export async function countLostDeliveries(db: D1Database): Promise<LostCounts> {
	const { results } = await db
		.prepare("SELECT state, count(*) AS count, sum(asked) AS asked FROM lost_deliveries GROUP BY state")
		.all<{ state: string; count: number; asked: number }>();
	const count = (state: string) => results.find((row) => row.state === state)?.count ?? 0;
	const asked = results.reduce((sum, row) => sum + row.asked, 0);
	return { wanted: count("wanted"), arrived: count("arrived"), given_up: count("given_up"), asked };
}

export async function forgetLostDeliveries(db: D1Database, before: number): Promise<void> {
	await db.prepare("DELETE FROM lost_deliveries WHERE delivered_at < ?1").bind(before).run();
}
