import type { Effects } from "../effects.ts";
import { INCIDENT_COST } from "../incident/incident-cost.ts";
import { processDue, type Swept } from "../incident/process-due.ts";
import type { DueKey } from "../journal/sweep-steps.ts";

const LONGEST_MS = 30_000;

/** Processes every remediation whose CodeRun or CI is due to have reported. One after the other: some write to GitHub. */
export async function sweepOverdue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: 1, cost: INCIDENT_COST, longest_ms: LONGEST_MS, wakesRest: false, after };
	return await processDue(effects, "following", how);
}
