import type { Clock } from "../../relay/clock.ts";
import type { Cluster } from "../../relay/cluster/cluster.ts";

/** Thrown into a call to simulate a relay that is killed there. */
export class Killed extends Error {}

/**
 * A cluster as one relay sees it over a network: every call waits at `pause` before it takes effect and again before
 * its answer arrives. Meanwhile others may run, time may pass, and the relay may be killed. A create that arrives after
 * its deadline does not happen.
 */
export function interleavedCluster(cluster: Cluster, clock: Clock, pause: (where: string) => Promise<void>): Cluster {
	async function across<T>(name: string, act: () => Promise<T>): Promise<T> {
		await pause(`${name} asked`);
		const answer = await act();
		await pause(`${name} answered`);
		return answer;
	}
	return {
		readClaim: (lease) => across("readClaim", () => cluster.readClaim(lease)),
		createClaim: (lease, record) => across("createClaim", () => cluster.createClaim(lease, record)),
		replaceClaim: (...all) => across("replaceClaim", () => cluster.replaceClaim(...all)),
		deleteClaim: (lease, version) => across("deleteClaim", () => cluster.deleteClaim(lease, version)),
		readCodeRun: (name) => across("readCodeRun", () => cluster.readCodeRun(name)),
		createCodeRun: (coderun, withinMs) => {
			const until = clock.monotonic() + withinMs;
			return across("createCodeRun", async () => {
				if (clock.monotonic() > until) return { kind: "unavailable", why: "too late" };
				return cluster.createCodeRun(coderun, withinMs);
			});
		},
		listUnfinished: (agent) => across("listUnfinished", () => cluster.listUnfinished(agent)),
		ready: () => cluster.ready(),
	};
}
