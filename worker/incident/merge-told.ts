import type { Incident } from "../../pipeline/incident.ts";

/**
 * What all deliveries of one incident tell together: the first one's word stands, later ones fill in what it did not
 * tell (the commit message, the workflow's path, the job, its failed steps ...).
 */
export function mergeTold(first: Incident, later: readonly Incident[]): Incident {
	const all = [first, ...later];
	// Assigned from the last to the first, so that the earliest word wins.
	const workflow = Object.assign({}, ...all.map((told) => told.workflow).toReversed());
	const merged: Incident = Object.assign({}, ...all.toReversed());
	return Object.keys(workflow).length === 0 ? merged : { ...merged, workflow };
}
