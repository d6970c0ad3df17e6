import type { Delivery, Signal } from "../../pipeline/index.ts";
import type { Effects } from "../effects.ts";
import { type SignalStatements, signalStatements } from "../journal/signal-statements.ts";
import type { Log } from "../log.ts";

/** What a delivery tells about a branch or pull request that may be under remediation, ready to be written down. */
export interface ToldSignal {
	readonly signal: Signal;
	readonly statements: SignalStatements;
}

/** Reads a delivery by pipeline.yaml `lifecycle`; undefined when it tells nothing. */
export async function readSignal(effects: Effects, delivery: Delivery): Promise<ToldSignal | undefined> {
	const engine = await effects.engine();
	const { signal } = await engine.readLifecycle(delivery);
	if (signal === undefined) return undefined;
	const at = { now: effects.now(), reconsider_ms: engine.outcome.ci_deadline_s * 1000 };
	return { signal, statements: signalStatements(effects.journal, signal, at) };
}

/**
 * Writes down a signal by itself, before GitHub gets its answer; what follows from it is a wake-up's work. Never starts
 * anything. Throws when the journal fails.
 */
export async function trackSignal(effects: Effects, told: ToldSignal, log: Log): Promise<void> {
	const results = await effects.journal.batch([...told.statements.all]);
	await wakeAffected(effects, told, told.statements.affected(results), log);
}

/** The remediations that a signal, written down already, is about are looked at. */
export async function wakeAffected(
	effects: Effects,
	{ signal }: ToldSignal,
	affected: readonly string[],
	log: Log,
): Promise<void> {
	log.info("signal recorded", { says: signal.says, lifecycle: signal.event, remediations: affected.length });
	// The settle time lets the other deliveries of the same run come first.
	await Promise.all(affected.map((id) => effects.wake(id, 0)));
}
