import type { Delivery, Signal } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { recordSignal } from "../journal/record-signal.ts";
import type { Log } from "../log.ts";

/**
 * Records what a delivery tells about a branch or pull request that may be under remediation (pipeline.yaml
 * `lifecycle`), before GitHub gets its answer; what follows from it is a wake-up's work. Never starts anything. Gives
 * what it told. Throws when the journal fails. `made`: the incident that the same delivery made, which has a wake-up of
 * its own.
 */
export async function trackSignal(
	effects: Effects,
	delivery: Delivery,
	log: Log,
	made?: string,
): Promise<Signal | undefined> {
	const engine = await effects.engine();
	const signal = await engine.readLifecycle(delivery);
	if (signal === undefined) return undefined;
	const at = { now: effects.now(), reconsider_ms: engine.outcome.ci_deadline_s * 1000 };
	const affected = await recordSignal(effects.journal, signal, at);
	log.info("signal recorded", { says: signal.says, lifecycle: signal.event, remediations: affected.length });
	// The settle time lets the other deliveries of the same run come first.
	await Promise.all(affected.map((id) => (id === made ? undefined : effects.wake(id, 0))));
	return signal;
}
