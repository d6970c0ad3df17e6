import { createEffects, type Effects } from "./effects.ts";
import type { Env } from "./env.ts";
import { writeIgnored } from "./ignored/count-ignored.ts";
import { processIncident } from "./incident/process-incident.ts";
import { dueIncidents } from "./journal/due-incidents.ts";
import { releaseLocks } from "./journal/take-incident.ts";
import { createLog } from "./log.ts";

const AT_ONCE = 4;
const BATCH = 100;
// The next sweep comes in a minute.
const LONGEST_MS = 50_000;

let isFirst = true;

/**
 * `scheduled`: finds in the journal what is due, however its wake-up was lost, and goes on with it. On one machine
 * there is one isolate, so at its first sweep whoever still holds a row died with the one before: nobody waits for
 * that. Taking a row from somebody who lives does no harm either, both send the same bytes.
 */
export async function sweep(controller: ScheduledController, env: Env): Promise<void> {
	const effects = createEffects(env, createLog({ sweep: controller.cron }));
	if (isFirst && env.HEALER_LOOPBACK === "true") await releaseLocks(effects.journal);
	isFirst = false;
	await sweepDue(effects);
	await writeIgnored(effects);
}

/** Looks at everything that is due, longest overdue first. Each incident once a sweep, so that none starves others. */
export async function sweepDue(effects: Effects): Promise<number> {
	const startedAt = effects.now();
	const seen = new Set<string>();
	while (effects.now() - startedAt < LONGEST_MS) {
		const due = await dueIncidents(effects.journal, effects.now(), BATCH);
		const fresh = due.filter((id) => !seen.has(id));
		if (fresh.length === 0) break;
		for (const id of fresh) seen.add(id);
		await lookAtAll(effects, fresh);
	}
	if (seen.size > 0) effects.log.info("swept", { incidents: seen.size });
	return seen.size;
}

async function lookAtAll(effects: Effects, ids: readonly string[]): Promise<void> {
	const queue = [...ids];
	const lookAtNext = async (): Promise<void> => {
		for (let id = queue.shift(); id !== undefined; id = queue.shift()) await processIncident(effects, id);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, lookAtNext));
}
