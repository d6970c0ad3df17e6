import { HOUR_MS } from "../../wire/durations.ts";
import { insertRow } from "./bind-named.ts";
import { defineTable, integer, type RowOf, text, time } from "./table.ts";

/** The CodeRuns of the last hour, where `settings.max_per_hour` limits them. */
export const rateLimitSlotsTable = defineTable("rate_limit_slots", {
	incident_id: text(),
	attempt: integer(),
	repository: text(),
	taken_at: time(),
});

export type SlotKey = Omit<RowOf<typeof rateLimitSlotsTable>, "taken_at">;

/**
 * Acquires one of the repository's `most` slots of an hour, unless this attempt has one. Undefined if it has one now; else
 * when the next slot becomes free, in milliseconds since 1970. One statement decides, so two callers cannot both get the
 * last slot.
 */
export async function acquireSlot(
	db: D1Database,
	{ incident_id, attempt, repository }: SlotKey,
	most: number,
	now: number,
): Promise<number | undefined> {
	const [, , read] = await db.batch<{ mine: number; next: number | null }>([
		db.prepare("DELETE FROM rate_limit_slots WHERE repository = ?1 AND taken_at <= ?2").bind(repository, now - HOUR_MS),
		insertRow(
			db,
			rateLimitSlotsTable,
			{ incident_id, attempt, repository, taken_at: now },
			{
				where: "(SELECT count(*) FROM rate_limit_slots WHERE repository = :repository) < :most",
				also: { most },
				onConflict: "ON CONFLICT (incident_id, attempt) DO NOTHING",
			},
		),
		db
			.prepare(
				`SELECT EXISTS (SELECT 1 FROM rate_limit_slots WHERE incident_id = ?1 AND attempt = ?2) AS mine,
					(SELECT min(taken_at) FROM rate_limit_slots WHERE repository = ?3) AS next`,
			)
			.bind(incident_id, attempt, repository),
	]);
	const found = read?.results[0];
	return found?.mine === 1 ? undefined : (found?.next ?? now) + HOUR_MS;
}

/** Releases the slot of an attempt that made no CodeRun. */
export async function returnSlot(db: D1Database, { incident_id, attempt }: SlotKey): Promise<void> {
	await db
		.prepare("DELETE FROM rate_limit_slots WHERE incident_id = ?1 AND attempt = ?2")
		.bind(incident_id, attempt)
		.run();
}
