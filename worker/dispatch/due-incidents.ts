import type { Effects } from "../effects.ts";
import { type DueFor, dueIncidents } from "../journal/incident-locks.ts";
import type { DueKey } from "../journal/stored-json.ts";
import { notifyHuman } from "../remediation/notify-human.ts";
import { type Cost, times } from "../runtime/budget.ts";
import { mapConcurrent } from "../runtime/map-concurrent.ts";
import { processIncident } from "./process-incident.ts";
import { failTry } from "./waiting.ts";

/**
 * What processing one incident may cost: 16 calls and 27 statements on the usual way, more where remediations wait for
 * several claims, and what its context asks of GitHub. Tests hold it to this.
 */
export const INCIDENT_COST: Cost = { statements: 45, subrequests: 75 };

const AT_ONCE = 4;
// The other steps of a sweep have their turn within two minutes.
const LONGEST_SENDING_MS = 40_000;

/** Processes every incident that is due to be sent, as far as the budget goes; the queue is handed some of the rest. */
export async function sweepDue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: AT_ONCE, cost: INCIDENT_COST, longest_ms: LONGEST_SENDING_MS, wakesRest: true, after };
	const swept = await processDue(effects, "sending", how);
	if (swept.processed > 0) effects.log.info("swept", { incidents: swept.processed });
	return swept;
}

const LONGEST_OVERDUE_MS = 30_000;

/** Processes every remediation whose CodeRun or CI is due to have reported. One after the other: some write to GitHub. */
export async function sweepOverdue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: 1, cost: INCIDENT_COST, longest_ms: LONGEST_OVERDUE_MS, wakesRest: false, after };
	return await processDue(effects, "following", how);
}

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
async function processDue(
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

/**
 * Brings one of many incidents as far as it gets now, and has a person notified where the agents are at their end. One
 * that fails costs itself only: it is due again later.
 */
export async function advanceIncident(effects: Effects, id: string): Promise<void> {
	try {
		const { state } = await processIncident(effects, id);
		const failed = state === "escalated" ? await notifyHuman(effects, id) : undefined;
		if (failed !== undefined) await failTry(effects, failed.locked, failed.reason);
	} catch (cause) {
		effects.log.error("an incident could not be looked at", { incident_id: id, cause });
	}
}
