import { FIELDS, type IncidentRow } from "./incidents.ts";
import { statusList, UNENDED_OR_GROUPED } from "./state-machine.ts";

/** Incidents that a later one may join; nothing is done any more about the others. */
const JOINABLE = `status IN (${statusList([...UNENDED_OR_GROUPED, "observed", "failed", "escalated"])})`;

/** SQL: not one that was split off from its run's incident: that one has what others report of the run. */
const IS_WHOLE = "incident ->> '$.part.of' IS NULL";

/**
 * The older incident that a check run opened for this run of GitHub Actions, before the run was delivered: its identity does
 * not name the run. Ages are totally ordered, so two never join each other.
 */
export async function incidentOfRun(
	db: D1Database,
	{ id }: Pick<IncidentRow, "id">,
	run_id: string,
): Promise<string | undefined> {
	return (await db.prepare(olderOfRun("?1", "?2")).bind(id, run_id).first<string>("id")) ?? undefined;
}

/** SQL: the same; `run_id` is that of the incident's own row if it is NULL. Both are SQL, too. */
export const olderOfRun = (id: string, run_id: string) => `WITH younger AS MATERIALIZED (
		SELECT id, repository, created_at, coalesce(${run_id}, ${FIELDS} ->> 'run_id') AS run_id FROM incidents WHERE id = ${id}
	)
	SELECT older.id FROM younger CROSS JOIN incidents AS older
	WHERE older.repository = younger.repository AND older.run_id = younger.run_id AND older.kind = 'ci'
		AND (older.created_at, older.id) < (younger.created_at, younger.id)
		AND instr(older.identity, younger.run_id) = 0 AND json_valid(older.incident)
		AND older.incident ->> 'app' = 'github-actions' AND older.${JOINABLE} AND older.${IS_WHOLE}
	ORDER BY older.created_at, older.id LIMIT 1`;

/** The newest incident of a run of GitHub Actions on a commit, whatever became of it. */
export async function incidentOfCommit(
	db: D1Database,
	row: Pick<IncidentRow, "id" | "repository">,
	head_sha: string,
): Promise<string | undefined> {
	const found = await db
		.prepare(
			`SELECT id FROM incidents WHERE repository = ?1 AND run_id IS NOT NULL AND kind = 'ci' AND id <> ?2
				AND json_valid(incident) AND incident ->> 'head_sha' = ?3 AND status <> 'superseded' AND ${IS_WHOLE}
			ORDER BY created_at DESC, id LIMIT 1`,
		)
		.bind(row.repository, row.id, head_sha)
		.first<string>("id");
	return found ?? undefined;
}

/** Adds an incident's deliveries to another one, as evidence. Belongs in the transaction that ends it. */
export function handOverStatement(
	db: D1Database,
	from: { readonly id: string; readonly lock: string },
	to: string,
): D1PreparedStatement {
	return db
		.prepare(
			`INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at, times)
			SELECT ?3, delivery_id, event, incident, received_at, times FROM deliveries
			WHERE incident_id = ?1 AND EXISTS (SELECT 1 FROM incidents WHERE id = ?1 AND lock = ?2)
			ON CONFLICT (incident_id, delivery_id) DO NOTHING`,
		)
		.bind(from.id, from.lock, to);
}
