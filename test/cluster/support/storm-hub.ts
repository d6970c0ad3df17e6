import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { loadGoodPipeline } from "../../../cli/build-pipeline.ts";
import { startCron } from "../../../cli/hub/cron.ts";
import { type EdgeRuntime, startEdgeRuntime } from "../../../cli/hub/edge-runtime.ts";
import { migrateJournal } from "../../../cli/hub/migrations.ts";
import { waitUntilAnswered } from "../../../cli/hub/wait-until-answered.ts";
import { bundleWorker } from "../../../cli/hub/worker-bundle.ts";
import { workerVariables } from "../../../cli/hub/worker-variables.ts";
import { readOrMakeSecrets } from "../../../cli/state/secrets.ts";
import { emptyScratch, openStateFolder, type StateFolder } from "../../../cli/state/state-folder.ts";
import { type Home, makeHome } from "../../hub/hub-process.ts";
import { mustBeOk } from "./own-cluster.ts";
import { type RelayProcess, startRelayProcess } from "./relay-process.ts";
import { roundRobin } from "./round-robin.ts";
import { SECRETS } from "./stand-in-worker.ts";

/** The worker as the hub runs it, and two relays as separate processes behind one address. */
export interface StormHub {
	readonly home: Home;
	readonly relays: readonly RelayProcess[];
	/** Kills one relay as the out-of-memory killer would, and starts another in its place. */
	replaceRelay(at: number): Promise<void>;
	/** Restarts the worker on the same journal: a local hub keeps its keys in memory. */
	wipeKeys(): Promise<void>;
}

interface StormSettings {
	readonly namespace: string;
	/** For each agent. */
	readonly max_active: number;
	/** How far each relay's clock is ahead. */
	readonly clocks_ahead_ms?: readonly [number, number];
}

export async function startStormHub(relayConfig: KubeConfig, settings: StormSettings): Promise<StormHub> {
	const { namespace, clocks_ahead_ms = [0, 0] } = settings;
	const home = await makeHome();
	const startRelay = (at: number) => startRelayProcess(relayConfig, namespace, home.url, clocks_ahead_ms[at]);
	const relays = [await startRelay(0), await startRelay(1)];
	const relayUrl = await roundRobin(() => relays.map(({ url }) => url));
	const folder = mustBeOk(await openStateFolder(home.stateDir));
	const worker = await workerOf(home, folder, relayUrl, settings);
	let stop = await worker();
	onTestFinished(async () => {
		await stop();
		await rm(path.dirname(home.stateDir), { recursive: true, force: true });
	});
	return {
		home,
		relays,
		async replaceRelay(at) {
			await relays[at]?.kill();
			relays[at] = await startRelay(at);
		},
		async wipeKeys() {
			await stop();
			stop = await worker();
		},
	};
}

/** Returns a function that starts the worker on this home and returns how to stop it. */
async function workerOf(home: Home, folder: StateFolder, relayUrl: string, changes: StormSettings) {
	const text = await readFile(home.pipelineFile, "utf8");
	const changed = text
		.replaceAll(/max_active: \d+/g, `max_active: ${changes.max_active}`)
		.replace(/settle: \w+/, "settle: 0s");
	await writeFile(home.pipelineFile, changed);
	const { spawn, ...artefact } = mustBeOk(await loadGoodPipeline(home.pipelineFile));
	const script = await bundleWorker({ ...artefact, spawn: { ...spawn, namespace: changes.namespace } });
	const secrets = await readOrMakeSecrets({ HEALER_WIRE_SECRETS: SECRETS.join(",") }, folder.secrets);
	const variables = workerVariables({}, secrets, { hub: home.url, relay: relayUrl });
	return async () => {
		await emptyScratch(folder);
		await migrateJournal(folder, () => {});
		const edge: EdgeRuntime = await startEdgeRuntime({ script, port: home.port, folder, variables, log: () => {} });
		if (!(await waitUntilAnswered(`${home.url}/health`))) throw new Error("the worker does not answer");
		const stopCron = startCron(edge.fireCron, () => {});
		return async () => {
			await stopCron();
			await edge.stop();
		};
	};
}
