import { type Clock, systemClock } from "../clock.ts";
import { directoryCluster } from "../cluster/directory/directory-cluster.ts";
import { finishedFiles } from "../cluster/directory/finished-files.ts";
import type { Log } from "../log.ts";
import type { Sink, SinkSettings } from "./sink.ts";

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
