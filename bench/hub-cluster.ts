import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { createInterface } from "node:readline";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import * as z from "zod";
import { applyDefinition } from "../cli/cluster/apply-definition.ts";
import { provideClusterBinaries } from "../cli/cluster/cluster-binaries.ts";
import { startLocalCluster } from "../cli/cluster/local-cluster.ts";
import { systemClock } from "../relay/clock.ts";
import type { CodeRun } from "../relay/cluster/coderun.ts";
import { apiClients } from "../relay/cluster/kubernetes/api-clients.ts";
import { METADATA_ONLY } from "../relay/cluster/kubernetes/call-options.ts";
import { CODERUNS } from "../relay/cluster/kubernetes/coderun-api.ts";
import { kubernetesCluster } from "../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { spawn } from "../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../wire/spawn.ts";
import { fromClients } from "./local-hub.ts";
import { ownChildren, treeMicroseconds } from "./process-tree.ts";

/** A real API server for a benchmark, and CodeRuns that are made there without a hub. */
export interface HubCluster {
	readonly kubeconfig: string;
	/** CPU of API server and etcd so far, in microseconds. */
	cpu(): number;
	newNamespace(): Promise<string>;
	/** How many CodeRuns were created in the namespace since. */
	watchCodeRuns(namespace: string): () => number;
	/** As many CodeRuns, like those of the namespace, each with a name of its own. */
	codeRunsLike(namespace: string, count: number): Promise<readonly CodeRun[]>;
	/** Creates them with the Kubernetes client, so many at a time. */
	createByClient(namespace: string, codeRuns: readonly CodeRun[], atOnce: number): Promise<void>;
	/** The same with the relay's sink, without its claims. */
	createBySink(namespace: string, codeRuns: readonly CodeRun[], atOnce: number): Promise<void>;
	/** The same with the relay's claims, as one incident each with a claim on its branch. */
	createByRelay(namespace: string, codeRuns: readonly CodeRun[], atOnce: number): Promise<void>;
	stop(): Promise<void>;
}

const CREATE_WITHIN_MS = 10_000;

const listSchema = z.object({
	items: z.array(
		z.object({
			metadata: z.object({
				labels: z.record(z.string(), z.string()),
				annotations: z.record(z.string(), z.string()),
			}),
			spec: z.record(z.string(), z.unknown()),
		}),
	),
});

export async function createHubCluster(folder: string): Promise<HubCluster> {
	const say = (line: string) => void process.stderr.write(`${line}\n`);
	const binaries = await provideClusterBinaries(process.env, say);
	if (!binaries.ok) throw new Error(binaries.problem);
	const before = ownChildren();
	const started = await startLocalCluster(folder, binaries.value);
	if (!started.ok) throw new Error(started.problem);
	const servers = ownChildren().filter((pid) => !before.includes(pid));
	const { kubeconfig, stop } = started.value;
	await applyDefinition(kubeconfig);
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const core = config.makeApiClient(CoreV1Api);
	const clients = apiClients(config);
	const list = async (namespace: string, limit: number) =>
		listSchema.parse(await clients.objects.listNamespacedCustomObject({ ...CODERUNS, namespace, limit }));
	let namespaces = 0;
	return {
		kubeconfig,
		cpu: () => servers.reduce((sum, pid) => sum + treeMicroseconds(pid), 0),
		async newNamespace() {
			const name = `bench-${++namespaces}`;
			await core.createNamespace({ body: { metadata: { name } } });
			return name;
		},
		watchCodeRuns: (namespace) => watchCodeRuns(config, namespace),
		async codeRunsLike(namespace, count) {
			const { items } = await list(namespace, count);
			return Array.from({ length: count }, (_, n) => {
				const { metadata, spec } = items[n % items.length] ?? {};
				if (metadata === undefined || spec === undefined) throw new Error(`${namespace} has no CodeRun`);
				const own = { ...metadata, name: `healer-ci-${n}`, namespace };
				return { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata: own, spec };
			});
		},
		async createByClient(namespace, codeRuns, atOnce) {
			const create = async (codeRun: CodeRun | undefined) => {
				const body = codeRun && { ...codeRun, metadata: { ...codeRun.metadata, namespace } };
				await clients.objects.createNamespacedCustomObject({ ...CODERUNS, namespace, body });
			};
			await fromClients(codeRuns.length, (n) => create(codeRuns[n]), atOnce);
		},
		async createBySink(namespace, codeRuns, atOnce) {
			const sink = kubernetesCluster(clients, namespace);
			const create = async (codeRun: CodeRun | undefined) => {
				if (codeRun === undefined) return;
				const made = await sink.createCodeRun(
					{ ...codeRun, metadata: { ...codeRun.metadata, namespace } },
					CREATE_WITHIN_MS,
				);
				if (made.kind !== "created") throw new Error(`the sink answered ${JSON.stringify(made)}`);
			};
			await fromClients(codeRuns.length, (n) => create(codeRuns[n]), atOnce);
		},
		async createByRelay(namespace, codeRuns, atOnce) {
			const cluster = kubernetesCluster(clients, namespace);
			const create = async (codeRun: CodeRun | undefined) => {
				if (codeRun === undefined) return;
				const request = requestOf({ ...codeRun, metadata: { ...codeRun.metadata, namespace } });
				const digest = createHash("sha256").update(JSON.stringify(request)).digest("hex");
				const answer = await spawn({ request, digest, cluster, clock: systemClock, enforceMaxActive: true });
				if (answer.kind !== "result" || answer.result.result !== "created")
					throw new Error(`the relay answered ${JSON.stringify(answer)}`);
			};
			await fromClients(codeRuns.length, (n) => create(codeRuns[n]), atOnce);
		},
		stop,
	};
}

function requestOf({ metadata, spec }: CodeRun): SpawnRequest {
	const incident_id = randomBytes(16).toString("hex");
	const claims = [{ name: "branch", key: `branch of ${incident_id}`, ttl_s: 600, while_active: true }];
	const agent = metadata.labels["healer/agent"] ?? "";
	return { incident_id, attempt: 1, agent, max_active: 0, claims, coderun: { metadata, spec } };
}

/** A list for each look would take more of the API server than the CodeRuns do: it sends the name of each once. */
function watchCodeRuns(config: KubeConfig, namespace: string): () => number {
	const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
	const path = `/apis/${CODERUNS.group}/${CODERUNS.version}/namespaces/${namespace}/${CODERUNS.plural}?watch=true`;
	const headers = { authorization: `Bearer ${user?.token}`, ...METADATA_ONLY };
	let seen = 0;
	let problem: Error | undefined;
	const fails = (error: Error) => {
		problem = error;
	};
	const asked = get(new URL(path, cluster?.server), { ca: readFileSync(cluster?.caFile ?? ""), headers }, (answer) => {
		if (answer.statusCode !== 200) fails(new Error(`the watch was answered ${answer.statusCode}`));
		const lines = createInterface(answer).on("error", fails);
		lines.on("line", (line) => {
			if (line.startsWith('{"type":"ADDED"')) seen++;
		});
	});
	asked.on("error", fails);
	return () => {
		if (problem !== undefined) throw problem;
		return seen;
	};
}
