import type { Effects } from "../effects.ts";
import { releasePaused } from "../journal/release-paused.ts";
import { currentPause } from "./current-pause.ts";

/** Lets everything go on that a pause held back, if there is none any more. Gives how many incidents that were. */
export async function endPauses(effects: Effects): Promise<number> {
	if ((await currentPause(effects)) !== undefined) return 0;
	const released = await releasePaused(effects.journal, effects.now());
	await effects.wakeAll(released);
	return released.length;
}
