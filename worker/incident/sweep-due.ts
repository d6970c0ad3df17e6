import type { Effects } from "../effects.ts";
import { inTurn } from "../in-turn.ts";
import { dueIncidents } from "../journal/due-incidents.ts";
import { lookAtIncident } from "./look-at-incident.ts";

const AT_ONCE = 4;
const BATCH = 100;
// The next sweep comes in a minute.
const LONGEST_MS = 50_000;

/** Looks at everything that is due, longest overdue first. Each incident once a sweep, so that none starves others. */
export async function sweepDue(effects: Effects): Promise<number> {
	const startedAt = effects.now();
	const seen = new Set<string>();
	while (effects.now() - startedAt < LONGEST_MS) {
		const due = await dueIncidents(effects.journal, effects.now(), BATCH);
		const fresh = due.filter((id) => !seen.has(id));
		if (fresh.length === 0) break;
		for (const id of fresh) seen.add(id);
		await inTurn(fresh, AT_ONCE, (id) => lookAtIncident(effects, id));
	}
	if (seen.size > 0) effects.log.info("swept", { incidents: seen.size });
	return seen.size;
}
