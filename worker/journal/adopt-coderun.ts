import type { IncidentRow } from "./incident-row.ts";

/**
 * Takes over the CodeRun that the cluster has of this attempt, under the name that it has there: a journal that was
 * restored may have decided the attempt anew, and for another agent.
 */
export async function adoptCodeRun(
	db: D1Database,
	{ id, attempt }: Pick<IncidentRow, "id" | "attempt">,
	coderun_name: string,
): Promise<void> {
	await db
		.prepare(
			`UPDATE attempts SET coderun_name = ?3, agent = coalesce(?4, agent)
			WHERE incident_id = ?1 AND attempt = ?2 AND coderun_name <> ?3 AND outcome IS NULL`,
		)
		.bind(id, attempt, coderun_name, agentIn(coderun_name))
		.run();
}

/** See `codeRunName`. */
function agentIn(coderun_name: string): string | null {
	return /^healer-ci-(.+)-[0-9a-f]{16}$/.exec(coderun_name)?.[1] ?? null;
}
