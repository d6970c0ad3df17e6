import { sweepCommands } from "../commands/sweep-commands.ts";
import { createEffects } from "../create-effects.ts";
import { INCIDENT_COST, sweepDue, sweepOverdue } from "../dispatch/due-incidents.ts";
import { findStuck } from "../dispatch/find-stuck.ts";
import { endPauses } from "../dispatch/gates.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { queryRunning } from "../journal/attempts.ts";
import { releaseCommandLocks } from "../journal/commands.ts";
import { releaseDeliveryScan } from "../journal/failed-deliveries.ts";
import { releaseLocks } from "../journal/incident-locks.ts";
import type { DueKey } from "../journal/stored-json.ts";
import { beginStep, keepStop, type StepProgress, stepProgress } from "../journal/sweep-steps.ts";
import { createLog } from "../log.ts";
import { NOTIFICATIONS_COST, sendNotifications } from "../notifications/send-notifications.ts";
import { syncEscalations } from "../remediation/sync-escalations.ts";
import { type Cost, sum, times } from "../runtime/budget.ts";
import { countMetrics } from "./count-metrics.ts";
import { findConflicts } from "./find-conflicts.ts";
import { CHECK_RUNS_COST, postCheckRuns } from "./post-check-runs.ts";
import { pruneJournal } from "./prune-journal.ts";
import { redeliverFailed } from "./redeliver-failed.ts";

/** One step of a sweep. */
export interface SweepStep {
	readonly name: string;
	/** The budget reserved for it while the steps before it run. */
	readonly needs: Cost;
	/** It waits for others' servers, and nothing waits for it: the steps that do something about incidents run before it. */
	readonly goesLast?: boolean;
	/** `after`: where the previous run stopped. Returns where the next run continues; undefined: from the start. */
	run(effects: Effects, after: DueKey | undefined): Promise<DueKey | undefined>;
}

/** All steps of a sweep. Their `needs` fit into one invocation, so each runs in every sweep. */
export const STEPS: readonly SweepStep[] = [
	{ name: "ended pauses", needs: { statements: 6, subrequests: 30 }, run: whole(endPauses) },
	{
		name: "due incidents",
		needs: times(INCIDENT_COST, 5),
		run: async (effects, after) => (await sweepDue(effects, after)).stopped_at,
	},
	{
		name: "overdue attempts",
		needs: times(INCIDENT_COST, 2),
		run: async (effects, after) => (await sweepOverdue(effects, after)).stopped_at,
	},
	{ name: "stuck incidents", needs: { statements: 5, subrequests: 5 }, run: whole(findStuck) },
	{ name: "commands", needs: { statements: 150, subrequests: 100 }, run: whole(sweepCommands) },
	{ name: "escalation comments", needs: { statements: 30, subrequests: 30 }, run: whole(syncEscalations) },
	{ name: "conflicts", needs: { statements: 60, subrequests: 60 }, run: whole(findConflicts) },
	{ name: "check runs", needs: CHECK_RUNS_COST, run: whole(postCheckRuns) },
	{ name: "failed deliveries", needs: { statements: 100, subrequests: 60 }, run: whole(redeliverFailed) },
	{ name: "metrics", needs: { statements: 25, subrequests: 15 }, run: whole(countMetrics) },
	{
		name: "active pipeline",
		needs: { statements: 5, subrequests: 10 },
		run: whole((effects) => effects.publishPipeline()),
	},
	{ name: "notifications", needs: NOTIFICATIONS_COST, goesLast: true, run: whole(sendNotifications) },
	{ name: "retention", needs: { statements: 30, subrequests: 10 }, run: whole(pruneJournal) },
];

/** A step that starts from the beginning each time. */
function whole(run: (effects: Effects) => Promise<unknown>): SweepStep["run"] {
	return async (effects) => {
		await run(effects);
		return undefined;
	};
}

let isFirst = true;

/**
 * `scheduled`: processes everything that is due in the journal, even if its wake-up was lost. A hub has one isolate, so locks
 * that exist at its first sweep belong to a dead process and are released at once. Releasing a live lock would do no harm
 * either: both holders send the same bytes.
 */
export async function sweep(controller: ScheduledController, env: Env): Promise<void> {
	const effects = createEffects(env, createLog({ sweep: controller.cron }));
	if (isFirst && env.HEALER_LOOPBACK === "true") {
		await Promise.all([
			releaseLocks(effects.journal),
			releaseDeliveryScan(effects.journal),
			releaseCommandLocks(effects.journal),
			queryRunning(effects.journal, effects.now()),
		]);
	}
	isFirst = false;
	await runSteps(STEPS, effects);
}

/** The sweep's own cost of one step. */
const BOOKKEEPING: Cost = { statements: 2, subrequests: 2 };

/**
 * Runs the steps one after the other, the one that began longest ago first: a step that uses up an invocation, or is cut off
 * with it, cannot starve the others. Each may use what the later steps do not need. A failure affects only its own step, which
 * runs again in a minute.
 */
export async function runSteps(steps: readonly SweepStep[], effects: Effects): Promise<void> {
	const progress = await progressOf(effects);
	const began = ({ name }: SweepStep) => progress.get(name)?.began_at ?? 0;
	const isLast = ({ goesLast = false }: SweepStep) => Number(goesLast);
	const order = steps.toSorted((one, other) => isLast(one) - isLast(other) || began(one) - began(other));
	for (const [at, step] of order.entries()) {
		const kept = order.slice(at + 1).flatMap(({ needs }) => [needs, BOOKKEEPING]);
		const budget = effects.budget.keeping(sum([...kept, BOOKKEEPING]));
		// In the next sweep, it is the one that began longest ago.
		if (!budget.has(step.needs)) effects.log.warn("sweep step postponed to the next sweep", { step: step.name });
		else await runStep(step, { ...effects, budget }, progress.get(step.name)?.stopped_at);
	}
}

async function runStep({ name, run }: SweepStep, effects: Effects, after: DueKey | undefined): Promise<void> {
	try {
		await beginStep(effects.journal, name, effects.now());
		const stopped_at = await run(effects, after);
		if (after !== undefined || stopped_at !== undefined) await keepStop(effects.journal, name, stopped_at);
	} catch (cause) {
		effects.log.error("sweep step failed", { step: name, cause });
	}
}

/** Without it, the steps run in the order of the list. */
async function progressOf({ journal, log }: Effects): Promise<ReadonlyMap<string, StepProgress>> {
	try {
		return await stepProgress(journal);
	} catch (cause) {
		log.error("reading the sweep's progress failed", { cause });
		return new Map();
	}
}
