import type { Effects } from "../effects.ts";
import { messageOf } from "../log.ts";
import { notifyHuman } from "../remediation/tell-person.ts";
import { processIncident } from "./process-incident.ts";

/**
 * Brings one of many incidents as far as it gets now, and has a person notified where the agents are at their end. One
 * that fails costs itself only: it is due again later.
 */
export async function advanceIncident(effects: Effects, id: string): Promise<void> {
	try {
		const { state } = await processIncident(effects, id);
		if (state === "escalated") await notifyHuman(effects, id);
	} catch (cause) {
		effects.log.error("an incident could not be looked at", { incident_id: id, cause: messageOf(cause) });
	}
}
