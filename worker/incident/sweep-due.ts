import type { Effects } from "../effects.ts";
import type { DueKey } from "../journal/sweep-steps.ts";
import { INCIDENT_COST } from "./incident-cost.ts";
import { processDue, type Swept } from "./process-due.ts";

const AT_ONCE = 4;
// The other steps of a sweep have their turn within two minutes.
const LONGEST_MS = 40_000;

/** Processes every incident that is due to be sent, as far as the budget goes; the queue is handed some of the rest. */
export async function sweepDue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: AT_ONCE, cost: INCIDENT_COST, longest_ms: LONGEST_MS, wakesRest: true, after };
	const swept = await processDue(effects, "sending", how);
	if (swept.processed > 0) effects.log.info("swept", { incidents: swept.processed });
	return swept;
}
