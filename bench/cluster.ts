import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createHubCluster, type HubCluster } from "./hub-cluster.ts";
import { type BenchHub, deliver, failureOf, fromClients, startHub } from "./local-hub.ts";
import { median } from "./median.ts";

/** CodeRuns on a real API server, made by a local hub and without one, in turn in one run. */
export interface ClusterFigures {
	/** `healer start` without a settle time, beside the Kubernetes client that creates the same objects. */
	readonly rate: {
		readonly hub: Made & { readonly hub_us: number };
		readonly client: Made & { readonly client_us: number };
		/** The relay's claims and its create, without hub and worker: what those can gain at most. */
		readonly relay: Made & { readonly relay_us: number };
		/** CodeRuns a second, hub / client. */
		readonly ratio: number;
		/** The same, relay / client. */
		readonly relay_ratio: number;
		/** CPU of everything for a CodeRun, hub / client. */
		readonly cpu_ratio: number;
	};
	/** As many incidents at once, with the shipped settle time. */
	readonly burst: {
		readonly incidents: number;
		/** From the end of the first one's settle time to the last CodeRun. */
		readonly hub_ms: number;
		/** As many creates by the relay's sink alone. */
		readonly sink_ms: number;
		readonly ratio: number;
	};
}

/** Medians of the rounds. */
interface Made {
	readonly per_second: number;
	/** CPU of API server and etcd for one CodeRun. */
	readonly server_us: number;
}

const ROUNDS = 5;
const INCIDENTS = 100;
const BURSTS = 3;
const BURST = 200;
const SETTLE_MS = 5_000;
const CONNECTIONS = 16;

export async function measureCluster(): Promise<ClusterFigures> {
	if (process.platform !== "linux") throw new Error("bench cluster reads CPU time from /proc: run it on Linux");
	const home = await mkdtemp(path.join(tmpdir(), "healer-bench-"));
	const cluster = await createHubCluster(path.join(home, "cluster"));
	try {
		const rate = await withHub(cluster, path.join(home, "rate"), "0s", (hub) => measureRate(cluster, hub));
		const settle = `${SETTLE_MS / 1000}s`;
		const burst = await withHub(cluster, path.join(home, "burst"), settle, (hub) => measureBurst(cluster, hub));
		return { rate, burst };
	} finally {
		await cluster.stop();
		await rm(home, { recursive: true, force: true });
	}
}

/** A hub of its own namespace, which has made some CodeRuns. */
async function withHub<T>(
	cluster: HubCluster,
	home: string,
	settle: string,
	measure: (hub: ClusterHub) => Promise<T>,
): Promise<T> {
	const namespace = await cluster.newNamespace();
	const codeRuns = cluster.watchCodeRuns(namespace);
	const hub = await startHub(home, {
		env: { HEALER_SINK: "kubernetes", HEALER_NAMESPACE: namespace, KUBECONFIG: cluster.kubeconfig },
		// Nothing ends these CodeRuns.
		policy: (shipped) =>
			shipped.replaceAll(/max_active: \d+/g, "max_active: 0").replace(/settle: \w+/, `settle: ${settle}`),
		codeRuns: async () => codeRuns(),
		poll_ms: 5,
	});
	try {
		let delivered = 0;
		const bring = async (incidents: number) => {
			const first = delivered + 1;
			delivered += incidents;
			await fromClients(incidents, (n) => deliver(hub.url, failureOf(first + n)), CONNECTIONS);
			return { settled: () => hub.settled(delivered) };
		};
		await (await bring(50)).settled();
		return await measure({ ...hub, namespace, bring });
	} finally {
		await hub.stop();
	}
}

interface ClusterHub extends Omit<BenchHub, "bring" | "settled"> {
	readonly namespace: string;
	/** Resolves once they are delivered; `settled` waits for their CodeRuns. */
	bring(incidents: number): Promise<{ settled(): Promise<void> }>;
}

async function measureRate(cluster: HubCluster, hub: ClusterHub): Promise<ClusterFigures["rate"]> {
	const same = await cluster.codeRunsLike(hub.namespace, INCIDENTS);
	const rounds = { hub: [] as Round[], relay: [] as Round[], client: [] as Round[] };
	await timed(cluster, ownCpu, async () => cluster.createByClient(await cluster.newNamespace(), same, CONNECTIONS));
	for (let round = 0; round < ROUNDS; round++) {
		rounds.hub.push(await timed(cluster, hub.cpu, async () => (await hub.bring(INCIDENTS)).settled()));
		for (const [alone, create] of [
			[rounds.relay, cluster.createByRelay],
			[rounds.client, cluster.createByClient],
		] as const) {
			const namespace = await cluster.newNamespace();
			alone.push(await timed(cluster, ownCpu, () => create(namespace, same, CONNECTIONS)));
		}
	}
	const [byHub, byRelay, byClient] = [madeIn(rounds.hub), madeIn(rounds.relay), madeIn(rounds.client)];
	return {
		hub: { ...byHub.made, hub_us: byHub.own_us },
		relay: { ...byRelay.made, relay_us: byRelay.own_us },
		client: { ...byClient.made, client_us: byClient.own_us },
		ratio: byHub.made.per_second / byClient.made.per_second,
		relay_ratio: byRelay.made.per_second / byClient.made.per_second,
		cpu_ratio: (byHub.own_us + byHub.made.server_us) / (byClient.own_us + byClient.made.server_us),
	};
}

interface Round {
	readonly ms: number;
	readonly own_us: number;
	readonly server_us: number;
}

/** Time of `work`, and the CPU that the API server and `own` take for it. */
async function timed(cluster: HubCluster, own: () => number, work: () => Promise<void>): Promise<Round> {
	const before = { own: own(), server: cluster.cpu(), at: performance.now() };
	await work();
	return { ms: performance.now() - before.at, own_us: own() - before.own, server_us: cluster.cpu() - before.server };
}

function madeIn(rounds: readonly Round[]): { readonly made: Made; readonly own_us: number } {
	const of = (key: keyof Round) => median(rounds.map((round) => round[key])) / INCIDENTS;
	return { made: { per_second: 1000 / of("ms"), server_us: of("server_us") }, own_us: of("own_us") };
}

function ownCpu(): number {
	const { user, system } = process.cpuUsage();
	return user + system;
}

async function measureBurst(cluster: HubCluster, hub: ClusterHub): Promise<ClusterFigures["burst"]> {
	const same = await cluster.codeRunsLike(hub.namespace, BURST);
	const rounds = { hub: [] as number[], sink: [] as number[] };
	for (let round = 0; round < BURSTS; round++) {
		const settledAt = performance.now() + SETTLE_MS;
		await (await hub.bring(BURST)).settled();
		rounds.hub.push(performance.now() - settledAt);
		const namespace = await cluster.newNamespace();
		const began = performance.now();
		await cluster.createBySink(namespace, same, CONNECTIONS);
		rounds.sink.push(performance.now() - began);
	}
	const [hub_ms, sink_ms] = [median(rounds.hub), median(rounds.sink)];
	return { incidents: BURST, hub_ms, sink_ms, ratio: hub_ms / sink_ms };
}

/** Prints each figure beside the same without a hub, with `row` of the benchmarks' table. */
export function printCluster(
	{ rate, burst }: ClusterFigures,
	row: (name: string, value: string, beside: string) => void,
): void {
	const { hub, relay, client } = rate;
	const us = (value: number) => `${value.toFixed(0)} µs`;
	const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
	row("CodeRuns a second, hub / client alone", rate.ratio.toFixed(2), "at least 0.5");
	row("  each second", hub.per_second.toFixed(0), `client alone: ${client.per_second.toFixed(0)}`);
	row("CodeRuns a second, relay without hub / client", rate.relay_ratio.toFixed(2), "the most that a hub can reach");
	row("  each second", relay.per_second.toFixed(0), "");
	row("CPU for a CodeRun, hub / client alone", rate.cpu_ratio.toFixed(2), "");
	row("  hub, without the API server", us(hub.hub_us), `client alone: ${us(client.client_us)}`);
	row("  relay without hub", us(relay.relay_us), "");
	row("  API server and etcd", us(hub.server_us), `client alone: ${us(client.server_us)}`);
	row("  API server and etcd, relay without hub", us(relay.server_us), "");
	row(`${burst.incidents} incidents at once / as many creates`, burst.ratio.toFixed(2), "at most 3");
	row("  from settled to the last CodeRun", seconds(burst.hub_ms), `creates alone: ${seconds(burst.sink_ms)}`);
}
