import { sweepCommands } from "./command/sweep-commands.ts";
import { createEffects, type Effects } from "./effects.ts";
import type { Env } from "./env.ts";
import { endPauses } from "./guards/end-pauses.ts";
import { writeIgnored } from "./ignored/count-ignored.ts";
import { findStuck } from "./incident/find-stuck.ts";
import { sweepDue } from "./incident/sweep-due.ts";
import { releaseCommandLocks } from "./journal/commands.ts";
import { releaseDeliveryLook } from "./journal/delivery-look.ts";
import { releaseLocks } from "./journal/take-incident.ts";
import { askAboutRunning } from "./journal/wait-to-ask.ts";
import { createLog, messageOf } from "./log.ts";
import { redeliverLost } from "./redelivery/redeliver-lost.ts";
import { followTold } from "./remediation/follow-told.ts";
import { sweepOverdue } from "./remediation/sweep-overdue.ts";
import { forgetOld } from "./retention/forget-old.ts";

interface SweepStep {
	readonly name: string;
	run(effects: Effects): Promise<unknown>;
}

/** All that a sweep does, in this order. */
const STEPS: readonly SweepStep[] = [
	{ name: "pauses that ended", run: endPauses },
	{ name: "due incidents", run: sweepDue },
	{ name: "overdue attempts", run: sweepOverdue },
	{ name: "incidents without a time", run: findStuck },
	{ name: "commands", run: sweepCommands },
	{ name: "comments of escalations", run: followTold },
	{ name: "lost deliveries", run: redeliverLost },
	{ name: "ignored counts", run: writeIgnored },
	{ name: "pipeline in force", run: (effects) => effects.handOutPipeline() },
	{ name: "what is kept no longer", run: forgetOld },
];

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
			releaseDeliveryLook(effects.journal),
			releaseCommandLocks(effects.journal),
			askAboutRunning(effects.journal, effects.now()),
		]);
	}
	isFirst = false;
	await runSteps(STEPS, effects);
}

/** One step after the other. One that fails costs itself only: the others run, and it does again in a minute. */
export async function runSteps(steps: readonly SweepStep[], effects: Effects): Promise<void> {
	for (const { name, run } of steps) {
		try {
			await run(effects);
		} catch (cause) {
			effects.log.error("a step of the sweep failed", { step: name, cause: messageOf(cause) });
		}
	}
}
