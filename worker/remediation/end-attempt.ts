import type { IncidentRow } from "../journal/incident-row.ts";
import type { AttemptEnd } from "./advance.ts";

/** Writes down how the present attempt ended, while its incident is still as it was seen: to go with the step that ends it. */
export function endAttemptStatement(
	db: D1Database,
	{ id, status, attempt, updated_at }: Pick<IncidentRow, "id" | "status" | "attempt" | "updated_at">,
	end: AttemptEnd,
	now: number,
): D1PreparedStatement {
	return db
		.prepare(
			`UPDATE attempts SET result = ?3, signature = ?4, ci_summary = ?5, ci_url = ?6, ended_at = ?7
			WHERE incident_id = ?1 AND attempt = ?2 AND EXISTS (
				SELECT 1 FROM incidents WHERE id = ?1 AND status = ?8 AND attempt = ?2 AND updated_at = ?9
			)`,
		)
		.bind(id, attempt, end.result, end.signature, end.ci_summary, end.ci_url, now, status, updated_at);
}
