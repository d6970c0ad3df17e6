import { HAS_NO_NAME } from "./check-heads.ts";
import { fixOf } from "./groups.ts";
import { type IncidentRow, incidentsTable } from "./incidents.ts";

/** A remediation of a pull request, with the pull request of its fix. */
export type PullRequestRemediation = IncidentRow & {
	/** Number of the pull request with its newest fix, unless that is the one asked for. */
	readonly fix: number | null;
	/** Of a member of a group: the leader's branch, if its own base is that, and the pull request of the leader's fix. */
	readonly base_fixed_on: string | null;
	readonly base_fixed_by: number | null;
};

/**
 * SQL for the ids of a pull request's remediations, given the SQL of its repository and number. CROSS JOIN makes SQLite read
 * the few checks first, not all incidents of the repository
 * (https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join).
 */
const incidentsOf = (repository: string, number: string) => `
	SELECT id FROM incidents WHERE repository = ${repository} AND json_extract(incident, '$.pr_number') = ${number}
	UNION SELECT a.incident_id FROM attempts a JOIN incidents i ON i.id = a.incident_id
		WHERE a.pull_request = ${number} AND i.repository = ${repository}
	UNION SELECT i.id FROM checks c CROSS JOIN incidents i ON i.repository = c.repository AND i.branch = c.branch
			AND lower(coalesce(i.incident ->> 'head_repository', i.repository))
				= lower(iif(c.${HAS_NO_NAME}, c.repository, c.head_repository))
		WHERE c.repository = ${repository} AND c.pr_number = ${number}`;

/**
 * The remediations of a pull request, newest first: those of failures on it, matched by its number or, if the event has
 * none, by the branch that its checks name; and those whose fix it is.
 */
export async function pullRequestRemediations(
	db: D1Database,
	{ repository, pr_number }: { readonly repository: string; readonly pr_number: number },
	limit: number,
): Promise<readonly PullRequestRemediation[]> {
	const { results } = await db
		.prepare(
			`SELECT ${incidentsTable.listOf("i")}, (
				SELECT a.pull_request FROM attempts a WHERE a.incident_id = i.id AND a.pull_request <> ?2
				ORDER BY a.attempt DESC LIMIT 1
			) AS fix, led.branch AS base_fixed_on, ${fixOf("led.id")} AS base_fixed_by
			FROM incidents i LEFT JOIN incidents led ON led.id = i.leader_id AND i.status = 'grouped' AND i.notified_at IS NOT NULL WHERE i.id IN (${incidentsOf("?1", "?2")})
			ORDER BY i.created_at DESC, i.id LIMIT ?3`,
		)
		.bind(repository, pr_number, limit)
		.all<PullRequestRemediation>();
	return results;
}

/**
 * Requests an update of the status comments of pull requests whose remediations changed state since the last update. Only
 * of comments that exist and were requested after `since`.
 */
export async function requestChangedStatusComments(
	db: D1Database,
	at: { readonly now: number; readonly since: number },
) {
	await db
		.prepare(
			`UPDATE status_comments SET next_try_at = ?1, revision = revision + 1
			WHERE next_try_at IS NULL AND comment_id IS NOT NULL AND requested_at > ?2 AND EXISTS (
				SELECT 1 FROM transitions t WHERE t.at >= status_comments.rendered_at AND t.to_status IS NOT NULL
					AND t.to_status <> t.from_status
					AND t.incident_id IN (${incidentsOf("status_comments.repository", "+status_comments.pr_number")})
			)`,
		)
		.bind(at.now, at.since)
		.run();
}

/** Which of these incidents had this event since then: a repeated command finds what it already did. */
export async function steppedSince(
	db: D1Database,
	event: "retried" | "reassigned" | "stopped" | "approved",
	ids: readonly string[],
	since: number,
): Promise<ReadonlySet<string>> {
	const { results } = await db
		.prepare(
			`SELECT DISTINCT incident_id FROM transitions
			WHERE incident_id IN (SELECT value FROM json_each(?1)) AND event = ?2 AND at >= ?3 AND to_status IS NOT NULL`,
		)
		.bind(JSON.stringify(ids), event, since)
		.all<{ incident_id: string }>();
	return new Set(results.map(({ incident_id }) => incident_id));
}
