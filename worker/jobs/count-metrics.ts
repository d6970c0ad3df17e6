import type { Effects } from "../effects.ts";
import { writeCounts } from "../ingest/write-counts.ts";
import { countSteps } from "../journal/count-steps.ts";
import { pruneRateLimitsStatement } from "../journal/counters.ts";

/** Adds to the counters of `GET /metrics` what happened since the last sweep. */
export async function countMetrics(effects: Pick<Effects, "journal" | "now" | "log">): Promise<void> {
	await writeCounts(effects);
	await countSteps(effects.journal);
	await pruneRateLimitsStatement(effects.journal, effects.now()).run();
}
