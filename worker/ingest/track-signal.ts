import type { Delivery, Signal } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { signalStatements } from "../journal/signals.ts";
import type { Log } from "../log.ts";

/** What a delivery says about a branch or pull request that may be under remediation, ready to be written down. */
export interface PreparedSignal {
	readonly signal: Signal;
	/** When it arrived, ms. */
	readonly now: number;
	/** For how long a remediation that was fixed may still go red. */
	readonly reconsider_ms: number;
}

/** Reads a delivery by pipeline.yaml `lifecycle`; undefined when it says nothing. */
export async function readSignal(
	effects: Pick<Effects, "engine" | "now">,
	delivery: Delivery,
	known?: Engine,
): Promise<PreparedSignal | undefined> {
	const engine = known ?? (await effects.engine());
	const { signal } = await engine.readLifecycle(delivery);
	if (signal === undefined) return undefined;
	return { signal, now: effects.now(), reconsider_ms: engine.outcome.ci_deadline_s * 1000 };
}

/**
 * Writes down a signal, with what belongs to it in the same transaction, before GitHub gets its answer; what follows from
 * it is a wake-up's work. Never starts anything. Throws when the journal fails. Gives what the other statements changed.
 */
export async function trackSignal(
	effects: Effects,
	prepared: PreparedSignal,
	log: Log,
	others: readonly D1PreparedStatement[] = [],
): Promise<readonly D1Result[]> {
	const statements = signalStatements(effects.journal, prepared.signal, prepared);
	const results = await effects.journal.batch([...others, ...statements.all]);
	await wakeAffected(effects, prepared, statements.affected(results), log);
	return results.slice(0, others.length);
}

/** The remediations that a signal, written down already, is about are looked at. */
export async function wakeAffected(
	effects: Effects,
	{ signal }: PreparedSignal,
	affected: readonly string[],
	log: Log,
): Promise<void> {
	log.info("signal recorded", { reports: signal.reports, lifecycle: signal.event, remediations: affected.length });
	// The settle time lets the other deliveries of the same run come first.
	await Promise.all(affected.map((id) => effects.wake(id, 0)));
}
