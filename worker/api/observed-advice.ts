import type { ObservedRow } from "../journal/observed-row.ts";

/** What a report of observed failures suggests. `wait`: too few of them are over. */
export type Suggestion = "act" | "rerun" | "observe" | "wait";

export interface Advice {
	readonly suggest: Suggestion;
	/** One sentence with the figures that it rests on. */
	readonly why: string;
}

const FEWEST = 5;
const NEARLY_ALL = 0.8;

/** Whether an agent with that prompt would have looked where people fixed it. */
export function adviseOn({ incidents, green, by_rerun, fixes, in_named }: Omit<ObservedRow, "times">): Advice {
	if (green < FEWEST) return { suggest: "wait", why: `${green} of ${incidents} are green again: too few to tell` };
	if (by_rerun * 2 > green) {
		return { suggest: "rerun", why: `${by_rerun} of ${green} passed when they were run again: no agent is needed` };
	}
	if (fixes < FEWEST)
		return { suggest: "wait", why: `what fixed it is known of ${fixes} of ${green}: too few to tell` };
	const why = `${in_named} of ${fixes} were fixed by people in a file that the prompt named`;
	return { suggest: in_named >= fixes * NEARLY_ALL ? "act" : "observe", why };
}
