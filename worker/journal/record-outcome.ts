import type { WireOutcome } from "../../wire/outcome.ts";
import type { IncidentStatus } from "./incident-status.ts";

/**
 * Writes down how an attempt ended, once: a second call changes nothing. The incident moves on only while this is
 * its latest attempt and it has not ended otherwise.
 */
export async function recordOutcome(
	db: D1Database,
	outcome: WireOutcome,
	as: {
		readonly status: IncidentStatus;
		readonly reason: string | null;
		readonly digest: string;
		readonly now: number;
	},
): Promise<void> {
	await db.batch([
		// Before the attempt's row: it still tells whether this outcome is new.
		db
			.prepare(
				`UPDATE incidents SET status = ?3, reason = ?4, coderun_name = ?5, waits_for = NULL, next_try_at = NULL,
					failing_since = NULL, updated_at = ?6
				WHERE id = ?1 AND attempt = ?2 AND status IN ('accepted', 'waiting', 'running') AND EXISTS (
					SELECT 1 FROM attempts WHERE incident_id = ?1 AND attempt = ?2 AND outcome_digest IS NULL
				)`,
			)
			.bind(outcome.incident_id, outcome.attempt, as.status, as.reason, outcome.coderun_name, as.now),
		db
			.prepare(
				`UPDATE attempts SET outcome = ?3, pull_request_url = ?4, message = ?5, started_at = ?6, finished_at = ?7,
					outcome_digest = ?8
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
			),
	]);
}
