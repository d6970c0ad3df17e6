import { type Cost, times } from "../budget.ts";
import type { Effects } from "../effects.ts";
import { mapConcurrent } from "../in-turn.ts";
import { type DueFor, dueIncidents } from "../journal/due-incidents.ts";
import type { DueKey } from "../journal/sweep-steps.ts";
import { advanceIncident } from "./look-at-incident.ts";

export interface Swept {
	readonly processed: number;
	/** Where the next sweep goes on; undefined: nothing is due behind it. */
	readonly stopped_at: DueKey | undefined;
}

const PAGE = 100;

/**
 * Processes what is due, longest overdue first, `atOnce` at a time, until the budget or the time is used up. It pages by
 * a cursor that outlives the invocation: however many rows cannot be brought on, those behind them have their turn.
 * `wakesRest`: what one page is due beyond the budget is handed to the queue, whose consumers have budgets of their own.
 */
export async function processDue(
	effects: Effects,
	due: DueFor,
	how: {
		readonly atOnce: number;
		readonly cost: Cost;
		readonly longest_ms: number;
		readonly wakesRest: boolean;
		readonly after: DueKey | undefined;
	},
): Promise<Swept> {
	const now = effects.now();
	const needed = times(how.cost, how.atOnce);
	const isOver = () => !effects.budget.has(needed) || effects.now() - now >= how.longest_ms;
	let { after } = how;
	let processed = 0;
	for (;;) {
		if (isOver()) return { processed, stopped_at: after };
		const page = await dueIncidents(effects.journal, due, { now, limit: PAGE, after });
		for (let at = 0; at < page.length; at += how.atOnce) {
			if (isOver()) {
				if (how.wakesRest) await effects.wakeAll(page.slice(at).map(({ id }) => id));
				return { processed, stopped_at: after };
			}
			const together = page.slice(at, at + how.atOnce);
			await mapConcurrent(together, how.atOnce, ({ id }) => advanceIncident(effects, id));
			processed += together.length;
			after = together.at(-1);
		}
		if (page.length < PAGE) return { processed, stopped_at: undefined };
	}
}
