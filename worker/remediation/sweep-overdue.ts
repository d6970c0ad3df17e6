import type { Effects } from "../effects.ts";
import { processIncident } from "../incident/process-incident.ts";
import { dueRemediations } from "../journal/due-remediations.ts";
import { messageOf } from "../log.ts";

const BATCH = 100;

/** Looks at every remediation whose CodeRun or CI is due to have said something. One that fails costs itself only. */
export async function sweepOverdue(effects: Effects): Promise<number> {
	const due = await dueRemediations(effects.journal, effects.now(), BATCH);
	for (const id of due) {
		try {
			await processIncident(effects, id);
		} catch (cause) {
			effects.log.error("an overdue remediation could not be looked at", { incident_id: id, cause: messageOf(cause) });
		}
	}
	return due.length;
}
