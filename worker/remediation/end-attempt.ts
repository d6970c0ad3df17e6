import type { IncidentRow } from "../journal/incident-row.ts";
import type { AttemptEnd } from "./advance.ts";

/** Writes down how an attempt ended, while its incident is still as it was seen: to go with the step that ends it. */
export function endAttemptStatement(
	db: D1Database,
	of: {
		readonly incident: Pick<IncidentRow, "id" | "status" | "attempt" | "updated_at">;
		readonly attempt: number;
		readonly end: AttemptEnd;
		readonly now: number;
	},
): D1PreparedStatement {
	const { incident, end } = of;
	return db
		.prepare(
			`UPDATE attempts SET result = ?3, signature = ?4, ci_said = ?5, ci_url = ?6, ended_at = ?7
			WHERE incident_id = ?1 AND attempt = ?2 AND EXISTS (
				SELECT 1 FROM incidents WHERE id = ?1 AND status = ?8 AND attempt = ?9 AND updated_at = ?10
			)`,
		)
		.bind(
			incident.id,
			of.attempt,
			end.result,
			end.signature,
			end.ci_said,
			end.ci_url,
			of.now,
			incident.status,
			incident.attempt,
			incident.updated_at,
		);
}
