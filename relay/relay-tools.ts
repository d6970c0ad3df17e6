import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { CodeRunEnds } from "./cluster/finished-coderuns.ts";
import type { ContextSources } from "./context/source.ts";
import type { Log } from "./log.ts";
import type { Policy } from "./spawn/policy.ts";

/** A relay's dependencies. */
export interface RelayTools {
	readonly cluster: Cluster;
	/** Reads how CodeRuns ended. */
	readonly finished: CodeRunEnds;
	readonly policy: Policy;
	readonly context: ContextSources;
	/** Wire secrets: the first signs, any is accepted. */
	readonly secrets: readonly string[];
	readonly clock: Clock;
	readonly log: Log;
	/** Whether `max_active` is enforced. Nothing runs CodeRuns in a directory, so it is off there unless asked for. */
	readonly enforceMaxActive: boolean;
}
