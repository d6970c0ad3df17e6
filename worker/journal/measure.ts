import { type CounterRow, countersTable, githubRateLimitsTable, type RateLimitRow } from "./counters.ts";
import { IS_UNENDED, UNENDED } from "./state-machine.ts";
import type { IncidentStatus } from "./statuses.ts";

/** The journal as `GET /metrics` shows it. Times are milliseconds since 1970, null where there is none. */
export interface Measurement {
	readonly counters: readonly CounterRow[];
	/** Open incidents by state, up to `MOST_COUNTED` of each. */
	readonly open: readonly { readonly status: IncidentStatus; readonly count: number }[];
	readonly oldest_due_at: number | null;
	/** When the oldest incident was opened that waits to be sent. */
	readonly oldest_waiting_at: number | null;
	/** Open incidents that nothing is planned for. */
	readonly unscheduled: number;
	readonly pending_redeliveries: number;
	/** Of the identity that has used most of its limit. */
	readonly rate_limit: Pick<RateLimitRow, "remaining" | "most"> | undefined;
	readonly size_bytes: number;
	/** Rows read, as D1 bills them. */
	readonly rows_read: number;
}

/** The size of the journal's database, in bytes. */
export async function sizeOf(db: D1Database): Promise<number> {
	return (await db.prepare("SELECT 1").run()).meta.size_after;
}

/** No count reads more rows than this of one state. */
const MOST_COUNTED = 10_000;

/**
 * Measures the journal in one transaction. It never reads ended incidents, their rows or their texts: the rows read depend on
 * the number of open incidents alone.
 */
export async function measureJournal(db: D1Database, now: number): Promise<Measurement> {
	const results = await db.batch<Record<string, unknown>>([
		db.prepare(`SELECT ${countersTable.list} FROM counters`),
		db.prepare(COUNT_OPEN).bind(JSON.stringify(UNENDED)),
		db.prepare(OLDEST),
		db.prepare(UNSCHEDULED),
		db.prepare(PENDING_REDELIVERIES),
		db.prepare(LEAST_LEFT).bind(now),
	]);
	const [counters = [], open = [], oldest = [], unscheduled = [], pending = [], limits = []] = results.map(
		({ results: rows }) => rows,
	);
	return {
		counters: counters as unknown as readonly CounterRow[],
		open: open as unknown as Measurement["open"],
		...(oldest[0] as Pick<Measurement, "oldest_due_at" | "oldest_waiting_at">),
		unscheduled: Number(unscheduled[0]?.count),
		pending_redeliveries: Number(pending[0]?.count),
		rate_limit: limits[0] as Measurement["rate_limit"],
		size_bytes: results.at(-1)?.meta.size_after ?? 0,
		rows_read: results.reduce((sum, { meta }) => sum + (meta.rows_read ?? 0), 0),
	};
}

const COUNT_OPEN = `SELECT s.value AS status,
	(SELECT count(*) FROM (SELECT 1 FROM incidents WHERE status = s.value LIMIT ${MOST_COUNTED})) AS count
	FROM json_each(?1) s`;

const OLDEST = `SELECT
	(SELECT min(next_try_at) FROM incidents INDEXED BY incidents_due WHERE next_try_at IS NOT NULL) AS oldest_due_at,
	(SELECT min(created_at) FROM incidents INDEXED BY incidents_by_status WHERE status = 'waiting') AS oldest_waiting_at`;

const UNSCHEDULED = `SELECT count(*) AS count FROM (
	SELECT 1 FROM incidents INDEXED BY incidents_stuck
	WHERE next_try_at IS NULL AND ${IS_UNENDED}
	LIMIT ${MOST_COUNTED}
)`;

const PENDING_REDELIVERIES = `SELECT count(*) AS count FROM (
	SELECT 1 FROM failed_deliveries WHERE state = 'pending' LIMIT ${MOST_COUNTED}
)`;

const LEAST_LEFT = `SELECT ${githubRateLimitsTable.pick("remaining", "most").list} FROM github_rate_limits
	WHERE resets_at > ?1 ORDER BY 1.0 * remaining / most LIMIT 1`;
