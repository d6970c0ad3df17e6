import { insertRows } from "./bind-named.ts";
import { defineTable, integer, type RowOf, text, time } from "./table.ts";

/** Counts that never fall, whatever is pruned. */
export const countersTable = defineTable("counters", {
	/** The metric's name, without `_total`. */
	name: text(),
	/** The value of its only label, else empty; of a histogram the bucket's upper bound in seconds, or `sum`, in milliseconds. */
	label: text(),
	value: integer(),
});

export type CounterRow = RowOf<typeof countersTable>;

/** SQL: adds the rows of an INSERT to what is there. */
export const ADD_TO_COUNTERS = "ON CONFLICT (name, label) DO UPDATE SET value = value + excluded.value";

/** Adds to counters, all in one statement. */
export function addCountsStatement(db: D1Database, counts: readonly CounterRow[]): D1PreparedStatement {
	return insertRows(db, countersTable, counts, ADD_TO_COUNTERS);
}

/** How many requests an identity may still send to GitHub. */
export const githubRateLimitsTable = defineTable("github_rate_limits", {
	/** `app`, or an installation's number. */
	identity: text(),
	remaining: integer(),
	/** The limit itself. */
	most: integer(),
	resets_at: time(),
});

export type RateLimitRow = RowOf<typeof githubRateLimitsTable>;

/** Keeps the newest of what GitHub said: the later window, and in the same one the fewer requests left. */
export function keepRateLimitsStatement(db: D1Database, rows: readonly RateLimitRow[]): D1PreparedStatement {
	return insertRows(
		db,
		githubRateLimitsTable,
		rows,
		`ON CONFLICT (identity) DO UPDATE SET ${githubRateLimitsTable.omit("identity").overwritten}
		WHERE excluded.resets_at > resets_at OR (excluded.resets_at = resets_at AND excluded.remaining < remaining)`,
	);
}

/** Forgets limits whose window is over. */
export function pruneRateLimitsStatement(db: D1Database, now: number): D1PreparedStatement {
	return db.prepare("DELETE FROM github_rate_limits WHERE resets_at <= ?1").bind(now);
}
