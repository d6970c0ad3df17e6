import { type Clock, systemClock } from "../clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { directoryCluster } from "../cluster/directory/directory-cluster.ts";
import { finishedFiles } from "../cluster/directory/finished-files.ts";
import type { FinishedCodeRuns } from "../cluster/finished-coderuns.ts";
import type { Log } from "../log.ts";
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

/** @throws when the folder cannot be created, or no cluster is configured. */
export async function openSink(settings: SinkSettings, log: Log, clock: Clock = systemClock): Promise<Sink> {
	switch (settings.sink.kind) {
		case "directory":
			return directorySink(settings.sink.state, clock);
		case "kubernetes":
			// The client takes longer to load than the rest of the relay.
			return (await import("./kubernetes-sink.ts")).kubernetesSink(settings, log);
		default:
			return settings.sink satisfies never;
	}
}

async function directorySink(state: string, clock: Clock): Promise<Sink> {
	return {
		cluster: await directoryCluster(state, clock),
		finished: finishedFiles(state),
		enforceMaxActive: false,
		naming: { sink: "directory", state },
		close: () => {},
	};
}
