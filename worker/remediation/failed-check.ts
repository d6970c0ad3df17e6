import type { Incident } from "../../pipeline/incident.ts";
import { checkName, isWorkflow } from "../lifecycle/check-name.ts";
import { beganAt, positionOf } from "../lifecycle/position.ts";
import type { FailedCheck } from "./judge-ci.ts";

/** Which check has to be green again. Only CI's incidents have one: an alert is fixed when the fix's own checks are. */
export function failedCheck(incident: Incident, created_at: number): FailedCheck {
	const check_name = incident.kind === "ci" ? checkName(incident) : undefined;
	const failure = incident.jobs ?? (incident.job === undefined ? [] : [incident.job]);
	const jobs = check_name === undefined || isWorkflow(check_name) ? [] : failure;
	const position = positionOf(incident);
	return {
		jobs,
		began_at: beganAt(incident) ?? created_at,
		...(check_name !== undefined && { check_name }),
		...(incident.branch !== undefined && { branch: incident.branch }),
		...(position !== undefined && { position }),
		...(incident.head_sha !== undefined && { head_sha: incident.head_sha }),
	};
}
