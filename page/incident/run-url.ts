import type { IncidentDetail } from "../../worker/api/shapes.ts";

/** Where the failed run, check or alert is: as the event says, else the run of GitHub Actions by its number. */
export function runUrlOf({ incident, run_id, repository_url }: IncidentDetail): string | undefined {
	if (incident.url !== undefined) return incident.url;
	return run_id !== null && /^\d{1,20}$/.test(run_id) ? `${repository_url}/actions/runs/${run_id}` : undefined;
}
