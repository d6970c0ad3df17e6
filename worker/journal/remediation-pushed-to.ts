import { type Incident, incidentOfFixBranch } from "../../pipeline/index.ts";
import { checkName } from "../lifecycle/check-name.ts";
import { withKnownActor } from "./known-actor.ts";
import { readStored } from "./stored-json.ts";

// A branch has as many unfinished remediations as it has failing checks.
const MOST = 20;

interface Knowing {
	readonly isOwnAgent: (login: string) => boolean;
	readonly now: number;
	/** For how long after its last attempt a remediation that a person was told of counts, in milliseconds. */
	readonly late_ms: number;
}

/**
 * The remediation that a failure is the result of, if an agent may have pushed what fails: it is on the branch of a fix,
 * or one of our agents is known to have pushed it, or it is on a branch that an agent works on, of the same check, and
 * nobody knows that a person pushed it. Such a failure is no incident, or an agent that pushes what fails would be called
 * again for ever. A failure that is an incident already stays one.
 */
export async function remediationPushedTo(
	db: D1Database,
	failure: Incident,
	{ isOwnAgent, now, late_ms }: Knowing,
): Promise<string | undefined> {
	const { id, kind, repository, branch } = failure;
	if (kind !== "ci" || branch === undefined) return undefined;
	const prefix = incidentOfFixBranch(branch);
	const incident = await withKnownActor(db, failure);
	if (prefix === undefined && isByPerson(incident)) return undefined;
	const isByAgent = incident.actor !== undefined && isOwnAgent(incident.actor.login);
	const { results } = await db
		.prepare(
			`SELECT id, incident FROM incidents WHERE repository = ?1 AND id <> ?2
				AND ((branch = ?3 AND (?7 OR status IN ('running', 'awaiting_ci') OR (status = 'waiting' AND attempt > 1)
						OR (status IN ('failed', 'escalated') AND ended_at > ?8)))
					OR (id >= ?4 AND id < ?5))
				AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = ?2)
			ORDER BY created_at DESC LIMIT ?6`,
		)
		.bind(repository, id, branch, prefix ?? "none", `${prefix ?? "none"}g`, MOST, isByAgent ? 1 : 0, now - late_ms)
		.all<{ id: string; incident: string }>();
	const check = checkName(incident);
	return results.find((row) => prefix !== undefined || isByAgent || checkOf(row.incident) === check)?.id;
}

/** Of another incident: damaged, it is none of this failure's. */
function checkOf(incident: string): string | undefined {
	const read = readStored("incidents.incident", incident);
	return read.ok ? checkName(read.value) : "unknown";
}

/** Who made the run, or, for a run, who caused its delivery: of checks and statuses the sender is an App by nature. */
function isByPerson({ actor, sender, workflow }: Incident): boolean {
	return (actor ?? (workflow === undefined ? undefined : sender))?.type === "User";
}
