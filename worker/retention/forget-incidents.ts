import { FINISHED } from "./finished.ts";

/** The tables whose rows belong to an incident. A test compares them with the journal's. */
export const BELONGING = ["deliveries", "attempts", "transitions", "facts", "rate_limit_slots"] as const;

/**
 * Deletes incidents that ended before, the oldest first, with all that belongs to them: both or neither. Not those of
 * which a delivery told since: GitHub may repeat it, and it would be a new incident then. Gives how many.
 */
export async function pruneIncidents(
	db: D1Database,
	{ before, now, limit }: { readonly before: number; readonly now: number; readonly limit: number },
): Promise<number> {
	const { results } = await db.prepare(PRUNABLE).bind(before, now, limit).all<{ id: string }>();
	if (results.length === 0) return 0;
	const ids = JSON.stringify(results.map(({ id }) => id));
	const [deleted] = await db.batch([
		// Somebody may have said "retry" meanwhile, or told of it again.
		db
			.prepare(
				`DELETE FROM incidents WHERE id IN (SELECT value FROM json_each(?3)) AND ${FINISHED} AND ${NO_NEW_DELIVERY}`,
			)
			.bind(before, now, ids),
		...BELONGING.map((table) =>
			db
				.prepare(
					`DELETE FROM ${table} WHERE incident_id IN (
						SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE id = value)
					)`,
				)
				.bind(ids),
		),
	]);
	return deleted?.meta.changes ?? 0;
}

const NO_NEW_DELIVERY =
	"NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.incident_id = incidents.id AND d.received_at >= ?1)";

export const PRUNABLE = `SELECT id FROM incidents INDEXED BY incidents_by_end
	WHERE ${FINISHED} AND ${NO_NEW_DELIVERY} ORDER BY ended_at LIMIT ?3`;
