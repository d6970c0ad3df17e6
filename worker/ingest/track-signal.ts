import type { Delivery, Signal } from "../../pipeline/index.ts";
import { outcomeFor } from "../../pipeline/overrides.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engine.ts";
import { signalStatements } from "../journal/signals.ts";
import type { Log } from "../log.ts";

/** A signal about a branch or pull request that may be under remediation, ready to be stored. */
export interface PreparedSignal {
	readonly signal: Signal;
	/** When it arrived, ms. */
	readonly now: number;
	/** How long a fixed remediation may still turn to failed. */
	readonly reconsider_ms: number;
}

/** Reads a delivery by `lifecycle` in pipeline.yaml; undefined if no rule matches. */
export async function readSignal(
	effects: Pick<Effects, "engine" | "now">,
	delivery: Delivery,
	known?: Engine,
): Promise<PreparedSignal | undefined> {
	const engine = known ?? (await effects.engine());
	const signal = await engine.readSignal(delivery);
	if (signal === undefined) return undefined;
	const { ci_deadline_s } = outcomeFor(engine, signal.repository);
	return { signal, now: effects.now(), reconsider_ms: ci_deadline_s * 1000 };
}

/** What storing a signal showed. */
export interface Tracked {
	/** The results of the other statements. */
	readonly results: readonly D1Result[];
	/** The remediation that the signal counts for: if there are several, an open one, and the newest of those. */
	readonly incident_id?: string;
}

/**
 * Stores a signal, and `others` in the same transaction, before GitHub gets its answer. A wake-up processes what follows;
 * this starts nothing. Throws if the journal fails.
 */
export async function trackSignal(
	effects: Effects,
	prepared: PreparedSignal,
	log: Log,
	others: readonly D1PreparedStatement[] = [],
): Promise<Tracked> {
	const statements = signalStatements(effects.journal, prepared.signal, prepared);
	const results = await effects.journal.batch([...others, statements.recorded(), ...statements.all]);
	const affected = statements.affected(results);
	await wakeAffected(effects, prepared, affected, log);
	const [incident_id] = affected;
	return { results: results.slice(0, others.length), ...(incident_id !== undefined && { incident_id }) };
}

/** Wakes the remediations of a signal that is already stored. */
export async function wakeAffected(
	effects: Effects,
	{ signal }: PreparedSignal,
	affected: readonly string[],
	log: Log,
): Promise<void> {
	// Most signals are about nothing under remediation: their delivery says so itself, or is counted.
	if (affected.length === 0) return;
	log.info("signal recorded", { reports: signal.reports, lifecycle: signal.event, remediations: affected.length });
	// The settle time lets the other deliveries of the same run arrive first.
	await Promise.all(affected.map((id) => effects.wake(id, 0)));
}
