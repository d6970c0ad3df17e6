import type { Incident } from "../../pipeline/index.ts";

/**
 * The failure with who made the run of its commit, where its event does not tell that and a run's has: what an App or a
 * commit status says of a commit comes from the App, whoever pushed it.
 */
export async function withKnownActor(db: D1Database, incident: Incident): Promise<Incident> {
	const { kind, repository, branch, head_sha, run_id = null } = incident;
	if (kind !== "ci" || incident.actor !== undefined || branch === undefined || head_sha === undefined) return incident;
	const known = await db
		.prepare(
			`SELECT actor_login AS login, actor_type AS type FROM checks
			WHERE repository = ?1 AND branch = ?2 AND head_sha = ?3 AND actor_login IS NOT NULL
			ORDER BY run_id IS ?4 DESC, position DESC LIMIT 1`,
		)
		.bind(repository, branch, head_sha, run_id)
		.first<{ login: string; type: string | null }>();
	if (known === null) return incident;
	const { login, type } = known;
	return { ...incident, actor: { login, ...(type !== null && { type }) } };
}
