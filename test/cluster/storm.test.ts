import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { inParallel } from "../support/in-parallel.ts";
import { misbehavingProxy } from "../support/misbehaving-proxy.ts";
import { type Chance, seededChance } from "../support/seeded-chance.ts";
import { changedConfig, type Namespace, newNamespace } from "./support/namespace.ts";
import { postSpawn, RELAY_RULES, type RelayProcess, startRelayProcess } from "./support/relay-process.ts";
import { requestIn, resultOf } from "./support/spawning.ts";
import { startController } from "./support/stand-in-controller.ts";
import { standInWorker } from "./support/stand-in-worker.ts";

const AGENTS = ["rex", "blaze", "bolt", "cipher", "atlas"] as const;

describe("two relays on one namespace", () => {
	it("create 50 CodeRuns for 50 incidents that are each requested five times at once", async () => {
		const chance = seededChance();
		const namespace = await newNamespace();
		const worker = await standInWorker();
		const config = await namespace.serviceAccount(RELAY_RULES);
		const relays = await Promise.all([1, 2].map(() => startRelayProcess(config, namespace.name, worker.url)));
		const incidents = incidentsIn(namespace, 50, { max_active: 0 });
		const five = incidents.flatMap((request) => Array.from({ length: 5 }, () => request));
		await inParallel(16, chance.shuffled(five), (request) => untilMade(oneOf(chance, relays), request));
		await expectEachOnce(namespace, incidents);
		expect(await relays[0]?.terminate()).toBe(0);
	});

	it("never give an agent two unfinished CodeRuns, and serve all in the end", async () => {
		const chance = seededChance();
		const namespace = await newNamespace();
		const worker = await standInWorker();
		const relays = await Promise.all(
			[1, 2].map(() => startRelayProcess(namespace.kubeConfig, namespace.name, worker.url)),
		);
		const controller = await startController(namespace);
		const incidents = incidentsIn(namespace, 15, { max_active: 1 });
		const twice = [...incidents, ...incidents];
		await inParallel(10, chance.shuffled(twice), (request) => untilMade(oneOf(chance, relays), request));
		await expectEachOnce(namespace, incidents);
		await expect.poll(() => controller.finished.length, { timeout: 30_000 }).toBe(15);
		expect(controller.most()).toBe(1);
		await expect.poll(() => worker.taken.length, { timeout: 30_000 }).toBe(15);
	});

	it("create each CodeRun once and lose no outcome while both are killed in turn", async () => {
		const chance = seededChance();
		const namespace = await newNamespace();
		const worker = await standInWorker();
		const start = () => startRelayProcess(namespace.kubeConfig, namespace.name, worker.url);
		const relays = [await start(), await start()];
		await startController(namespace);
		const incidents = incidentsIn(namespace, 30, { max_active: 1 });
		let working = true;
		const killing = (async () => {
			for (let round = 0; working && round < 6; round++) {
				await delay(200 + chance.below(800));
				const at = chance.below(2);
				await relays[at]?.kill();
				relays[at] = await start();
			}
		})();
		const twice = [...incidents, ...incidents];
		await inParallel(10, chance.shuffled(twice), (request) => untilMade(() => relays[chance.below(2)], request));
		working = false;
		await killing;
		await expectEachOnce(namespace, incidents);
		const names = () => worker.taken.map(({ coderun_name, phase }) => `${coderun_name} ${phase}`).sort();
		const all = incidents.map(({ coderun }) => `${coderun.metadata.name} Succeeded`).sort();
		await expect.poll(names, { timeout: 60_000 }).toEqual(all);
	});

	it("create each CodeRun once when requests and answers are lost on the way to the API server", async () => {
		const chance = seededChance();
		const namespace = await newNamespace();
		const cluster = namespace.kubeConfig.getCurrentCluster();
		if (cluster?.caFile === undefined) throw new Error("the kubeconfig has no CA file");
		const proxy = await misbehavingProxy({ server: cluster.server, caFile: cluster.caFile });
		proxy.misbehave = () => {
			const drawn = chance.next();
			if (drawn < 0.03) return { do: "drop_request" };
			if (drawn < 0.08) return { do: "drop_response" };
			if (drawn < 0.1) return { do: "halve_response" };
			return drawn < 0.13 ? { do: "answer", status: 503, body: {} } : undefined;
		};
		const config = changedConfig(namespace.kubeConfig, { server: proxy.url, skipTLSVerify: true });
		const relays = [1, 2].map(() => kubernetesCluster(apiClients(config), namespace.name));
		const incidents = incidentsIn(namespace, 30, { max_active: 0 });
		const thrice = [...incidents, ...incidents, ...incidents];
		await inParallel(8, chance.shuffled(thrice), async (request) => {
			for (let tries = 0; tries < 50; tries++) {
				const relay = relays[chance.below(2)];
				if (relay !== undefined && ["created", "exists"].includes(await resultOf(relay, request))) return;
			}
			throw new Error("it was never made");
		});
		await proxy.stop();
		await expectEachOnce(namespace, incidents);
	});
});

/** Incidents on separate branches, each with its own prompt, for all agents in turn. */
function incidentsIn(namespace: Namespace, count: number, changes: Partial<SpawnRequest>): SpawnRequest[] {
	return Array.from({ length: count }, (_, at) => {
		const agent = AGENTS[at % AGENTS.length] ?? "rex";
		return requestIn(namespace.name, { agent, ...changes, spec: { promptModification: `Fix number ${at}.` } });
	});
}

/** Retries until there is a CodeRun, as the worker does, only with shorter pauses. */
async function untilMade(relay: () => RelayProcess | undefined, request: SpawnRequest): Promise<void> {
	const deadline = performance.now() + 90_000;
	for (;;) {
		const answer = await postSpawn(relay()?.url ?? "", request);
		if ("result" in answer && (answer.result === "created" || answer.result === "exists")) return;
		if ("result" in answer && answer.result === "refused") throw new Error(answer.detail);
		if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
		await delay(50);
	}
}

function oneOf(chance: Chance, relays: readonly RelayProcess[]): () => RelayProcess | undefined {
	return () => relays[chance.below(relays.length)];
}

async function expectEachOnce(namespace: Namespace, incidents: readonly SpawnRequest[]): Promise<void> {
	const made = (await namespace.coderuns()).map(({ metadata, spec }) => `${metadata.name}: ${spec.promptModification}`);
	const wanted = incidents.map(({ coderun }) => `${coderun.metadata.name}: ${coderun.spec.promptModification}`);
	expect(made.sort()).toEqual(wanted.sort());
}
