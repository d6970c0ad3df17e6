import type { Incident } from "../../../pipeline/incident.ts";

/** An incident with as little as there can be, and what a test adds. */
export function sampleIncident(fields: Partial<Incident> & Pick<Incident, "id">): Incident {
	return {
		kind: "ci",
		event: "workflow_job",
		delivery_id: "d-1",
		repository: "5dlabs/cto",
		run_id: "289782451",
		...fields,
	};
}

/** A well-formed incident id that differs with `n`. */
export function sampleId(n: number): string {
	return n.toString(16).padStart(32, "0");
}
