import type { WireOutcome } from "../../wire/outcome.ts";

/**
 * Writes down how an attempt's CodeRun ended, once: a second call changes nothing. What follows from it for the incident
 * is `reconcile`'s to say; that somebody has to ask it stands in the journal until somebody did.
 */
export async function recordOutcome(
	db: D1Database,
	outcome: WireOutcome,
	as: { readonly digest: string; readonly pull_request: number | null; readonly now: number },
): Promise<void> {
	await db.batch([
		db
			.prepare(
				`UPDATE incidents SET coderun_name = ?3, next_try_at = ?4
				WHERE id = ?1 AND attempt = ?2 AND status IN ('accepted', 'waiting', 'running') AND EXISTS (
					SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = ?2 AND outcome_digest IS NULL
				)`,
			)
			.bind(outcome.incident_id, outcome.attempt, outcome.coderun_name, as.now),
		db
			.prepare(
				`UPDATE attempts SET outcome = ?3, pull_request_url = ?4, message = ?5, started_at = ?6, finished_at = ?7,
					outcome_digest = ?8, outcome_at = ?9, pull_request = ?10, spawned_at = coalesce(spawned_at, ?9)
				WHERE incident_id = ?1 AND attempt = ?2 AND outcome_digest IS NULL`,
			)
			.bind(
				outcome.incident_id,
				outcome.attempt,
				outcome.phase,
				outcome.pull_request_url,
				outcome.message,
				outcome.started_at,
				outcome.finished_at,
				as.digest,
				as.now,
				as.pull_request,
			),
	]);
}
