import type { Cluster } from "../cluster/cluster.ts";
import type { FinishedCodeRuns } from "../cluster/finished-coderuns.ts";
import type { RelaySettings } from "./relay-settings.ts";

/** Where CodeRuns are created, and where their ends are observed. */
export interface Sink {
	readonly cluster: Cluster;
	readonly finished: FinishedCodeRuns;
	/** Off in a directory: nothing runs CodeRuns there, so none would ever end. */
	readonly enforceMaxActive: boolean;
	/** Fields for the log. */
	readonly naming: Readonly<Record<string, string>>;
	close(): void;
}

export type SinkSettings = Pick<RelaySettings, "sink" | "policy" | "deadline_s" | "deleteOverdue">;
