import type { Effects } from "../effects.ts";
import { type DueFor, dueIncidents } from "../journal/incident-locks.ts";
import type { DueKey } from "../journal/stored-json.ts";
import { notifyHuman } from "../remediation/notify-human.ts";
import { type Cost, times } from "../runtime/budget.ts";
import { mapConcurrent } from "../runtime/map-concurrent.ts";
import { processIncident } from "./process-incident.ts";
import { failTry } from "./waiting.ts";

/**
 * The maximum cost of processing one incident: usually 8 subrequests and 28 statements, more if remediations wait for
 * several claims, plus the context's requests to GitHub. Tests enforce it.
 */
export const INCIDENT_COST: Cost = { statements: 45, subrequests: 75 };

const AT_ONCE = 4;
// Leaves the other steps of a sweep their time within two minutes.
const LONGEST_SENDING_MS = 40_000;

/** Processes every incident that is due to be sent, within the budget; sends some of the rest to the queue. */
export async function sweepDue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: AT_ONCE, cost: INCIDENT_COST, longestMs: LONGEST_SENDING_MS, wakesRest: true, after };
	const swept = await processDue(effects, "sending", how);
	if (swept.processed > 0) effects.log.info("swept", { incidents: swept.processed });
	return swept;
}

const LONGEST_OVERDUE_MS = 30_000;

/** Processes every remediation whose CodeRun or CI is overdue. Sequential, because some write to GitHub. */
export async function sweepOverdue(effects: Effects, after?: DueKey): Promise<Swept> {
	const how = { atOnce: 1, cost: INCIDENT_COST, longestMs: LONGEST_OVERDUE_MS, wakesRest: false, after };
	return await processDue(effects, "following", how);
}

export interface Swept {
	readonly processed: number;
	/** Where the next sweep continues; undefined: nothing is due behind it. */
	readonly stopped_at: DueKey | undefined;
}

const PAGE = 100;

/**
 * Processes due incidents, secrets first, then longest overdue, `atOnce` at a time, until the budget or the time is used up. The cursor
 * outlives the invocation: rows that make no progress do not block the rows behind them. `wakesRest`: the rest of the current
 * page goes to the queue, whose consumers have their own budgets.
 */
async function processDue(
	effects: Effects,
	due: DueFor,
	how: {
		readonly atOnce: number;
		readonly cost: Cost;
		readonly longestMs: number;
		readonly wakesRest: boolean;
		readonly after: DueKey | undefined;
	},
): Promise<Swept> {
	const now = effects.now();
	const needed = times(how.cost, how.atOnce);
	const isOver = () => !effects.budget.has(needed) || effects.now() - now >= how.longestMs;
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
 * Processes one of many incidents as far as possible, and notifies a person if it is escalated. A failure affects only this
 * incident: it is due again later.
 */
export async function advanceIncident(effects: Effects, id: string): Promise<void> {
	try {
		const { state } = await processIncident(effects, id);
		const failed = state === "escalated" ? await notifyHuman(effects, id) : undefined;
		if (failed !== undefined) await failTry(effects, failed.locked, failed.reason);
	} catch (cause) {
		effects.log.error("processing the incident failed", { incident_id: id, cause });
	}
}
