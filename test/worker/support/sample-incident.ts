import type { Incident } from "../../../pipeline/incident.ts";

/** An incident with as little as there can be, and what a test adds. */
export function sampleIncident(fields: Partial<Incident> & Pick<Incident, "id">): Incident {
	return {
		kind: "ci",
		event: "workflow_job",
		delivery_id: "d-1",
		repository: "5dlabs/cto",
		// Of the repository's own branches, as `workflow_run` tells it.
		head_repository: fields.repository ?? "5dlabs/cto",
		run_id: "289782451",
		...fields,
	};
}

/** The same of an event that does not name the repository of its branch, as a job's, a check's or a status. */
export function unnamedIncident(fields: Partial<Incident> & Pick<Incident, "id">): Incident {
	const { head_repository: _named, ...incident } = sampleIncident(fields);
	return { ...incident, ...fields };
}

/** A well-formed incident id that differs with `n`. */
export function sampleId(n: number): string {
	return n.toString(16).padStart(32, "0");
}
