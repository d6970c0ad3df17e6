import type { Effects } from "../effects.ts";
import { messageOf } from "../log.ts";
import { processIncident } from "./process-incident.ts";

/** Brings one of many incidents as far as it gets now. One that fails costs itself only: it is due again with the next sweep. */
export async function lookAtIncident(effects: Effects, id: string): Promise<void> {
	try {
		await processIncident(effects, id);
	} catch (cause) {
		effects.log.error("an incident could not be looked at", { incident_id: id, cause: messageOf(cause) });
	}
}
