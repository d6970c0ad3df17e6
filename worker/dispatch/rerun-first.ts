import type { Decision } from "../../pipeline/decision.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { RerunRequest } from "../../pipeline/rerun.ts";
import type { Effects } from "../effects.ts";
import type { KeptFacts } from "../journal/facts.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { activePause } from "../journal/pauses.ts";
import { planRerun } from "../journal/reruns.ts";
import { reconcile } from "../remediation/reconcile.ts";
import { checkPause } from "./gates.ts";
import { deferFor, type Progress } from "./waiting.ts";

/** A decision that has the failed jobs run again before an agent is woken. */
export interface RerunDecision {
	readonly incident: Incident;
	readonly decision: Decision & { readonly outcome: "spawn" };
	readonly rerun: RerunRequest;
	readonly found: {
		readonly explanation: string;
		readonly context: string;
		readonly pipeline: string;
		readonly facts?: KeptFacts;
		readonly now: number;
	};
}

/**
 * Writes down that the failed jobs are run again, then asks GitHub for it. No agent is chosen yet: if they fail again, the
 * incident is decided on that. A pause holds it back as it holds back agents.
 */
export async function rerunFirst(
	effects: Effects,
	locked: LockedIncident,
	{ incident, decision, rerun, found }: RerunDecision,
): Promise<Progress> {
	const active = await activePause(effects.journal, effects.now(), { repository: locked.repository });
	const paused = await checkPause(effects, locked, [], active);
	if (paused !== undefined) return await deferFor(effects, locked, paused);

	const reason = `attempt ${rerun.run_attempt} of its run failed; its failed jobs are run again before an agent is woken`;
	const { facts, now, ...stored } = found;
	const { branch = null, run_id = null } = incident;
	const planned = await planRerun(effects.journal, locked, {
		...rerun,
		fingerprint: decision.fingerprint?.key ?? null,
		found: { ...stored, incident: JSON.stringify(incident), branch, run_id, failure_type: decision.failure_type },
		facts,
		reason,
		now,
	});
	if (!planned) return { state: "lock_lost" };
	await reconcile(effects, locked.id);
	return { state: "rerunning", reason };
}
