import { sweepCommands } from "../commands/sweep-commands.ts";
import { createEffects } from "../create-effects.ts";
import { INCIDENT_COST, sweepDue, sweepOverdue } from "../dispatch/due-incidents.ts";
import { findStuck } from "../dispatch/find-stuck.ts";
import { endPauses } from "../dispatch/gates.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { writeIgnored } from "../ingest/count-ignored.ts";
import { queryRunning } from "../journal/attempts.ts";
import { releaseCommandLocks } from "../journal/commands.ts";
import { releaseDeliveryScan } from "../journal/failed-deliveries.ts";
import { releaseLocks } from "../journal/incident-locks.ts";
import type { DueKey } from "../journal/stored-json.ts";
import { beginStep, keepStop, type StepProgress, stepProgress } from "../journal/sweep-steps.ts";
import { createLog } from "../log.ts";
import { syncEscalations } from "../remediation/sync-escalations.ts";
import { type Cost, sum, times } from "../runtime/budget.ts";
import { pruneJournal } from "./prune-journal.ts";
import { redeliverFailed } from "./redeliver-failed.ts";

/** One thing that a sweep does. */
export interface SweepStep {
	readonly name: string;
	/** What is kept for it while the steps before it run. */
	readonly needs: Cost;
	/** `after`: where the one before stopped. Gives where the next one goes on; nothing: from the start. */
	run(effects: Effects, after: DueKey | undefined): Promise<DueKey | undefined>;
}

/** All that a sweep does. What these need fits into one invocation: each has its turn in every sweep. */
export const STEPS: readonly SweepStep[] = [
	{ name: "pauses that ended", needs: { statements: 5, subrequests: 30 }, run: whole(endPauses) },
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
	{ name: "incidents without a time", needs: { statements: 5, subrequests: 5 }, run: whole(findStuck) },
	{ name: "commands", needs: { statements: 150, subrequests: 100 }, run: whole(sweepCommands) },
	{ name: "comments of escalations", needs: { statements: 30, subrequests: 30 }, run: whole(syncEscalations) },
	{ name: "lost deliveries", needs: { statements: 100, subrequests: 60 }, run: whole(redeliverFailed) },
	{ name: "ignored counts", needs: { statements: 10, subrequests: 10 }, run: whole(writeIgnored) },
	{
		name: "pipeline in force",
		needs: { statements: 5, subrequests: 10 },
		run: whole((effects) => effects.publishPipeline()),
	},
	{ name: "what is kept no longer", needs: { statements: 30, subrequests: 10 }, run: whole(pruneJournal) },
];

/** A step that begins at the start each time. */
function whole(run: (effects: Effects) => Promise<unknown>): SweepStep["run"] {
	return async (effects) => {
		await run(effects);
		return undefined;
	};
}

let isFirst = true;

/**
 * `scheduled`: finds in the journal what is due, however its wake-up was lost, and goes on with it. On one machine
 * there is one isolate, so at its first sweep whoever still holds a row died with the one before: nobody waits for
 * that. Taking a row from somebody who lives does no harm either, both send the same bytes.
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

/** What a sweep itself writes down about one step. */
const BOOKKEEPING: Cost = { statements: 2, subrequests: 2 };

/**
 * One step after the other, the one first that began longest ago: not even one that uses up an invocation, or is cut off
 * with it, keeps the others from their turn. Each may use what is left but for the needs of those after it. One that
 * fails costs itself only: the others run, and it does again in a minute.
 */
export async function runSteps(steps: readonly SweepStep[], effects: Effects): Promise<void> {
	const progress = await progressOf(effects);
	const began = ({ name }: SweepStep) => progress.get(name)?.began_at ?? 0;
	const order = steps.toSorted((one, other) => began(one) - began(other));
	for (const [at, step] of order.entries()) {
		const kept = order.slice(at + 1).flatMap(({ needs }) => [needs, BOOKKEEPING]);
		const budget = effects.budget.keeping(sum([...kept, BOOKKEEPING]));
		// It began longest ago in the next sweep.
		if (!budget.has(step.needs)) effects.log.warn("a step of the sweep waits for the next one", { step: step.name });
		else await runStep(step, { ...effects, budget }, progress.get(step.name)?.stopped_at);
	}
}

async function runStep({ name, run }: SweepStep, effects: Effects, after: DueKey | undefined): Promise<void> {
	try {
		await beginStep(effects.journal, name, effects.now());
		const stopped_at = await run(effects, after);
		if (after !== undefined || stopped_at !== undefined) await keepStop(effects.journal, name, stopped_at);
	} catch (cause) {
		effects.log.error("a step of the sweep failed", { step: name, cause });
	}
}

/** Without it the steps run in the order of the list. */
async function progressOf({ journal, log }: Effects): Promise<ReadonlyMap<string, StepProgress>> {
	try {
		return await stepProgress(journal);
	} catch (cause) {
		log.error("the sweep's progress could not be read", { cause });
		return new Map();
	}
}
