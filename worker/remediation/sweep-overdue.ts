import type { Effects } from "../effects.ts";
import { lookAtIncident } from "../incident/look-at-incident.ts";
import { dueRemediations } from "../journal/due-remediations.ts";

const BATCH = 100;

/** Looks at every remediation whose CodeRun or CI is due to have said something. One that fails costs itself only. */
export async function sweepOverdue(effects: Effects): Promise<number> {
	const due = await dueRemediations(effects.journal, effects.now(), BATCH);
	for (const id of due) await lookAtIncident(effects, id);
	return due.length;
}
