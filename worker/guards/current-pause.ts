import type { Effects } from "../effects.ts";
import { activePause } from "../journal/pauses.ts";

/** Nothing is spawned at present, and by whose word. */
export interface Pause {
	/** `settings.paused` in the pipeline, or `healer pause`. */
	readonly by: "pipeline" | "command";
	readonly reason: string | null;
	/** Milliseconds since 1970; null when the pipeline says so. */
	readonly since: number | null;
}

/** The kill switch (`settings.paused`, or ordered without a deploy): undefined when nothing is held back. */
export async function currentPause(effects: Pick<Effects, "engine" | "journal">): Promise<Pause | undefined> {
	const ordered = await activePause(effects.journal);
	if (ordered !== undefined) return { by: "command", ...ordered };
	const { guards } = await effects.engine();
	return guards.paused ? { by: "pipeline", reason: null, since: null } : undefined;
}
