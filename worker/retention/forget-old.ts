import type { Effects } from "../effects.ts";
import { pruneIncidents } from "./forget-incidents.ts";
import { pruneUnowned } from "./forget-rest.ts";
import { trimIncidents } from "./trim-incidents.ts";

// In a minute: what is left comes in the next one.
const INCIDENTS = 100;
const ROWS = 1000;

/** Deletes from the journal what `settings.retention` keeps no longer. What is not at its end yet stays, however old. */
export async function pruneJournal(effects: Pick<Effects, "engine" | "journal" | "log" | "now">): Promise<void> {
	const { incidents_s, prompts_s, ignored_s } = (await effects.engine()).retention;
	const now = effects.now();
	const before = now - incidents_s * 1000;
	const forgotten = await pruneIncidents(effects.journal, { before, now, limit: INCIDENTS });
	const trimmed = await trimIncidents(effects.journal, { before: now - prompts_s * 1000, now, limit: INCIDENTS });
	await pruneUnowned(effects.journal, { before, ignored_before: now - ignored_s * 1000, limit: ROWS });
	if (forgotten + trimmed > 0) effects.log.info("old incidents were forgotten", { forgotten, trimmed });
}
