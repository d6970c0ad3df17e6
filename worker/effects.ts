import type { SourcesFor } from "./context/source.ts";
import type { Engine } from "./engine.ts";
import type { GitHub } from "./github/github.ts";
import type { Log } from "./log.ts";
import type { AskStatus } from "./relay/ask-status.ts";
import type { ClaimCache } from "./relay/claim-cache.ts";
import type { SendSpawn } from "./relay/send-spawn.ts";
import type { Budget } from "./runtime/budget.ts";

/** Everything that working on an incident does to, or learns from, the world. Tests pass their own. */
export interface Effects {
	readonly journal: D1Database;
	/** What is left of the invocation's limits. */
	readonly budget: Budget;
	/** Milliseconds since 1970. */
	now(): number;
	sleep(ms: number): Promise<void>;
	/** In [0, 1). */
	random(): number;
	newId(): string;
	engine(): Promise<Engine>;
	/** Lets KV name the pipeline that the journal says is in force. */
	publishPipeline(): Promise<void>;
	readonly sources: SourcesFor;
	/**
	 * How long after its deadline the relay is asked about a CodeRun whose end was not reported; undefined where nothing
	 * has a deadline, since nobody works there.
	 */
	readonly overdueAfter_ms: number | undefined;
	/** Undefined where no App is configured. */
	readonly github: GitHub | undefined;
	readonly claims: ClaimCache;
	readonly sendSpawn: SendSpawn;
	readonly askStatus: AskStatus;
	/** Hints that an incident is due in `delay_ms`. Losing the hint costs up to a minute, so it never throws. */
	wake(incidentId: string, delay_ms: number): Promise<void>;
	/** The same for many that are due now, a hundred with one call. */
	wakeAll(incidentIds: readonly string[]): Promise<void>;
	readonly log: Log;
}
