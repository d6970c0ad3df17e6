import type { Incident } from "../../pipeline/incident.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import type { Engine } from "../engine.ts";
import type { LockedIncident } from "../journal/incidents.ts";

/** Whether the first decision of an incident may split it: only then is each job's log kept by itself. */
export function mayBeSplit(
	engine: Pick<Engine, "outcome" | "overrides">,
	{ attempt, escalate_to }: Pick<LockedIncident, "attempt" | "escalate_to">,
	{ kind, run_id, part, repository }: Incident,
): boolean {
	// An older artefact lacks the setting.
	const isSplitting = outcomeFor(engine, repository).split === "field" && kind === "ci" && run_id !== undefined;
	return isSplitting && attempt === 1 && part === undefined && escalate_to === null;
}
