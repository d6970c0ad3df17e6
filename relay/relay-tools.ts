import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { CodeRunEnds } from "./cluster/finished-coderuns.ts";
import type { ContextSources } from "./context/source.ts";
import type { Log } from "./log.ts";
import type { Policy } from "./spawn/policy.ts";

/** All that a relay is made of. */
export interface RelayTools {
	readonly cluster: Cluster;
	/** Where it is seen how CodeRuns ended. */
	readonly finished: CodeRunEnds;
	readonly policy: Policy;
	readonly context: ContextSources;
	/** Wire secrets: the first signs, any is accepted. */
	readonly secrets: readonly string[];
	readonly clock: Clock;
	readonly log: Log;
	/** Whether `max_active` counts. A directory's CodeRuns are nobody's work, so there it counts only when asked for. */
	readonly enforce_max_active: boolean;
}
