import type { Incident } from "../../pipeline/incident.ts";
import type { StoredDelivery } from "../journal/deliveries.ts";

/**
 * The deliveries of an incident for `mergeDeliveries`. Those of an earlier attempt of its run, or from before it was opened
 * again, only add what does not change, such as the branch's repository: what failed then says nothing about the failure now.
 */
export function newestFailure(
	incident: Incident,
	deliveries: readonly StoredDelivery[],
	reopened_at: number | null,
): readonly Incident[] {
	return deliveries.map((delivery) =>
		isEarlier(incident, delivery, reopened_at) ? withoutFindings(delivery.incident) : delivery.incident,
	);
}

function isEarlier(now: Incident, { incident, received_at }: StoredDelivery, reopened_at: number | null): boolean {
	if (now.run_attempt !== undefined && incident.run_attempt !== undefined) {
		return incident.run_attempt < now.run_attempt;
	}
	return reopened_at !== null && received_at < reopened_at;
}

function withoutFindings(incident: Incident): Incident {
	const { job: _job, jobs: _jobs, failed_steps: _steps, evidence: _evidence, url: _url, ...kept } = incident;
	return kept;
}
