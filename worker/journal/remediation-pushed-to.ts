import { type Incident, incidentOfFixBranch } from "../../pipeline/index.ts";
import { checkName } from "../lifecycle/check-name.ts";

// A branch has as many unfinished remediations as it has failing checks.
const MOST = 20;

/**
 * The remediation that a failure is the result of, if an agent may have pushed what fails: it is on the branch of a fix,
 * or on a branch that an agent works on, of the same check, and nobody knows that a person pushed it. Such a failure is
 * no incident, or an agent that pushes what fails would be called again for ever. A failure that is an incident already
 * stays one.
 */
export async function remediationPushedTo(db: D1Database, incident: Incident): Promise<string | undefined> {
	const { id, repository, branch } = incident;
	if (incident.kind !== "ci" || branch === undefined) return undefined;
	const prefix = incidentOfFixBranch(branch);
	if (prefix === undefined && isByPerson(incident)) return undefined;
	const { results } = await db
		.prepare(
			`SELECT id, incident FROM incidents WHERE repository = ?1 AND id <> ?2
				AND ((branch = ?3 AND (status IN ('running', 'awaiting_ci') OR (status = 'waiting' AND attempt > 1)))
					OR (id >= ?4 AND id < ?5))
				AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = ?2)
			ORDER BY created_at DESC LIMIT ?6`,
		)
		.bind(repository, id, branch, prefix ?? "none", `${prefix ?? "none"}g`, MOST)
		.all<{ id: string; incident: string }>();
	const check = checkName(incident);
	return results.find((row) => prefix !== undefined || checkOf(row.incident) === check)?.id;
}

function checkOf(incident: string): string | undefined {
	const told: Incident = JSON.parse(incident);
	return checkName(told);
}

/** Who made the run, or, for a run, who caused its delivery: of checks and statuses the sender is an App by nature. */
function isByPerson({ actor, sender, workflow }: Incident): boolean {
	return (actor ?? (workflow === undefined ? undefined : sender))?.type === "User";
}
