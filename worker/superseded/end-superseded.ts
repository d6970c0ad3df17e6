import type { SpawnRequest } from "../../wire/spawn.ts";
import type { Effects } from "../effects.ts";
import { wakeNext } from "../incident/conclude-send.ts";
import type { Progress } from "../incident/progress.ts";
import { endWait } from "../journal/end-wait.ts";
import type { TakenIncident } from "../journal/incident-row.ts";
import { supersededBy } from "./superseded-by.ts";

/** Ends an incident that is free to go on after it was held back, if there is nothing left to do; else undefined. */
export async function endSuperseded(
	effects: Effects,
	taken: TakenIncident,
	request: SpawnRequest,
): Promise<Progress | undefined> {
	const reason = await supersededBy(effects, taken);
	if (reason === undefined) return undefined;
	if (!(await endWait(effects.journal, taken, { event: "superseded", reason, now: effects.now() }))) {
		return { state: "lost" };
	}
	await wakeNext(effects, taken, request);
	return { state: "superseded", reason };
}
