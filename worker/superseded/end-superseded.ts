import type { SpawnRequest } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { wakeQueued } from "../incident/conclude-send.ts";
import type { Progress } from "../incident/progress.ts";
import { endWait } from "../journal/end-wait.ts";
import type { LockedIncident } from "../journal/incident-row.ts";
import { supersededBy } from "./superseded-by.ts";

/** Ends an incident that is free to go on after it was held back, if there is nothing left to do; else undefined. */
export async function endSuperseded(
	effects: Effects,
	locked: LockedIncident,
	request: SpawnRequest,
): Promise<Progress | undefined> {
	const reason = await supersededBy(effects, locked);
	if (reason === undefined) return undefined;
	if (!(await endWait(effects.journal, locked, { event: "superseded", reason, now: effects.now() }))) {
		return { state: "lock_lost" };
	}
	await wakeQueued(effects, locked, request);
	return { state: "superseded", reason };
}
