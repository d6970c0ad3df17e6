import type { ObservedRow } from "./observed-row.ts";

export interface ObservedQuery {
	readonly repository?: string | undefined;
	/** Begun since; ms. */
	readonly since: number;
	readonly limit: number;
}

/** The most frequent kind first. */
export async function reportObserved(
	db: D1Database,
	{ repository, since, limit }: ObservedQuery,
): Promise<readonly ObservedRow[]> {
	const { results } = await db
		.prepare(
			`SELECT agent, rule, failure_type, count(*) AS incidents,
				count(DISTINCT coalesce(lower(repository) || ' ' || fingerprint, id)) AS agents,
				count(green_at) AS green,
				count(CASE WHEN green_by = 'person' THEN 1 END) AS by_person,
				count(CASE WHEN green_by = 'bot' THEN 1 END) AS by_bot,
				count(CASE WHEN green_by = 'rerun' THEN 1 END) AS by_rerun,
				count(CASE WHEN green_by = 'person' THEN files END) AS fixes,
				count(CASE WHEN green_by = 'person' AND named <> '[]' THEN 1 END) AS in_named,
				json_group_array(green_at - created_at) FILTER (WHERE green_at IS NOT NULL) AS times,
				substr(max(printf('%015d', created_at) || id), 16) AS incident_id
			FROM incidents INDEXED BY incidents_by_status JOIN observations ON incident_id = id
			WHERE status = 'observed' AND created_at >= ?2 AND (?1 IS NULL OR repository = ?1)
			GROUP BY agent, rule, failure_type ORDER BY incidents DESC, agent, rule, failure_type LIMIT ?3`,
		)
		.bind(repository ?? null, since, limit)
		.all<ObservedRow>();
	return results;
}
