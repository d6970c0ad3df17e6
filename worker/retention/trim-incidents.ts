import { FINISHED } from "./finished.ts";

/**
 * Takes away the CodeRuns with their prompts, and the contexts, of incidents that ended before: what they say about the
 * attempts stays. A dead one keeps what it would send when somebody releases it. Gives how many incidents.
 */
export async function trimIncidents(
	db: D1Database,
	{ before, now, limit }: { readonly before: number; readonly now: number; readonly limit: number },
): Promise<number> {
	const { results } = await db.prepare(TRIMMABLE).bind(before, now, limit).all<{ id: string }>();
	if (results.length === 0) return 0;
	const ids = JSON.stringify(results.map(({ id }) => id));
	const still = `SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(?3)) AND ${FINISHED}`;
	const at = [before, now, ids] as const;
	const trimmed = await db.batch([
		db
			.prepare(
				`UPDATE attempts SET request = CASE WHEN json_valid(request) THEN json_remove(request, '$.coderun') ELSE '{}' END
				WHERE incident_id IN (${still}) AND NOT EXISTS (
					SELECT 1 FROM incidents i
					WHERE i.id = attempts.incident_id AND i.status = 'dead' AND i.attempt = attempts.attempt
				)`,
			)
			.bind(...at),
		db.prepare(`DELETE FROM facts WHERE incident_id IN (${still})`).bind(...at),
		db.prepare(`UPDATE incidents SET trimmed_end = ended_at WHERE id IN (${still})`).bind(...at),
	]);
	return trimmed.at(-1)?.meta.changes ?? 0;
}

export const TRIMMABLE = `SELECT id FROM incidents INDEXED BY incidents_to_trim
	WHERE ${FINISHED} AND ended_at IS NOT trimmed_end ORDER BY ended_at LIMIT ?3`;
