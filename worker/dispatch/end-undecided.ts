import type { Context } from "../../pipeline/context.ts";
import { dataFrom } from "../../pipeline/context-data.ts";
import type { Explanation, StageExplanation } from "../../pipeline/explanation.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { Effects } from "../effects.ts";
import { cancelIncident } from "../journal/decisions.ts";
import { NO_WAIT } from "../journal/incident-waits.ts";
import type { LockedIncident } from "../journal/incidents.ts";
import { findFound } from "../journal/packed-decision.ts";
import { packJson } from "../journal/packed-json.ts";
import { needStored } from "../journal/stored-json.ts";
import { takeStep } from "../journal/transitions.ts";
import type { EvidenceDecision } from "./decide-by-evidence.ts";
import { type Progress, supersede } from "./waiting.ts";

/**
 * Ends an incident whose run passed: the job that failed may fail (`continue-on-error`), or a rerun passed. While the run is
 * still going, agents start; its end says the same.
 */
export async function endPassedRun(
	effects: Effects,
	locked: LockedIncident,
	{ kind, run_attempt = 1 }: Incident,
	context: Context,
): Promise<Progress | undefined> {
	const run = dataFrom(context, "github.run");
	if (kind !== "ci" || locked.attempt > 1 || run?.status !== "completed" || run.conclusion !== "success")
		return undefined;
	if ((run.attempt ?? 1) < run_attempt) return undefined;
	const how = (run.attempt ?? 1) > run_attempt ? "passed in a rerun" : "passed although a job of it failed";
	return await supersede(effects, locked, `run ${run.id} ${how}`);
}

/**
 * Ends an incident that has some jobs of its run, if none of them is red any more: the newest run failed, events did not name
 * its jobs, and GitHub does.
 */
export async function endGreenPart(
	effects: Effects,
	locked: LockedIncident,
	{ part, run_id }: Incident,
	context: Context,
): Promise<Progress | undefined> {
	const red = dataFrom(context, "github.job_logs")?.jobs;
	if (part === undefined || run_id === undefined || red === undefined || red.length > 0) return undefined;
	const now = effects.now();
	const reason = `its jobs are red no more in run ${run_id}`;
	const set = { ...NO_WAIT, fixed_at: now, fixed_by: "agent" } as const;
	const done = await takeStep(effects.journal, locked.id, { event: "ci_passed", reason, now, when: locked, set });
	return done === "done" ? { state: "superseded", reason } : { state: "lock_lost" };
}

/** There was an attempt left for another field's agent alone, and what is red is none of another field. */
export async function endWithoutHandOver(
	effects: Effects,
	locked: LockedIncident,
	{ do: end, why }: NonNullable<EvidenceDecision["over"]>,
): Promise<Progress> {
	const now = effects.now();
	const reason = `CI still fails after attempt ${locked.attempt - 1}; ${why}`;
	const isForPerson = end === "notify_human";
	const done = await takeStep(effects.journal, locked.id, {
		event: isForPerson ? "escalated" : "exhausted",
		reason,
		now,
		when: locked,
		set: { ...NO_WAIT, next_try_at: isForPerson ? now : null },
	});
	if (done !== "done") return { state: "lock_lost" };
	return isForPerson ? { state: "escalated" } : { state: "failed", reason };
}

/** Ends an incident that nobody is sent for. */
export async function cancelUndecided(
	effects: Effects,
	locked: LockedIncident,
	why: Parameters<typeof cancelIncident>[2],
): Promise<Progress> {
	const ended = await cancelIncident(effects.journal, locked, why);
	return ended ? { state: "cancelled", reason: why.reason } : { state: "lock_lost" };
}

/** The complete explanation: the stages of ingest, then the stages of this decision. */
export async function explain(
	db: D1Database,
	locked: LockedIncident,
	version: string,
	again: readonly StageExplanation[],
	decided?: Pick<Explanation, "because" | "fingerprint" | "whose_failure">,
): Promise<Explanation> {
	const { explanation } = await findFound(db, locked);
	const before = needStored("incidents.explanation", explanation, locked.id);
	const stages = [...before.stages.filter(({ round }) => round === "first"), ...again];
	return { pipeline: version, ...decided, stages };
}

/** An explanation as an incident's own column has it: SQL and notifications read all but its stages. */
export function packExplanation(explanation: Explanation): string {
	return packJson(JSON.stringify(explanation), { ...explanation, stages: [] });
}
