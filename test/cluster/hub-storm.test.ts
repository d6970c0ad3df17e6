import { setTimeout as delay } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { applyDefinition } from "../../cli/cluster/apply-definition.ts";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { CODERUNS } from "../../relay/cluster/kubernetes/coderun-api.ts";
import { deliver, getJson } from "../hub/hub-process.ts";
import { inParallel } from "../support/in-parallel.ts";
import { misbehavingProxy } from "../support/misbehaving-proxy.ts";
import { seededChance } from "../support/seeded-chance.ts";
import { startFaults } from "./support/faults.ts";
import { type AnyCodeRun, changedConfig, type Namespace, namespaceOf, newNamespace } from "./support/namespace.ts";
import { ownCluster } from "./support/own-cluster.ts";
import { RELAY_RULES } from "./support/relay-process.ts";
import { startController } from "./support/stand-in-controller.ts";
import { eachRunOnce, failedJob, failingRun, runIdOf, servedRuns, storm, untilAccepted } from "./support/storm.ts";
import { residentMiB, stormFigures } from "./support/storm-figures.ts";
import { type StormHub, startStormHub } from "./support/storm-hub.ts";

/** Incidents per storm. */
const COUNT = Number(process.env.HEALER_STORM ?? 60);
/** Duration of each outage of the API server. */
const OUTAGE_MS = Number(process.env.HEALER_STORM_OUTAGE ?? 4_000);
const WITHIN_MS = 120_000 + COUNT * 1_000;

describe("the hub before two relays", () => {
	it("creates one CodeRun for each incident, delivered five times from 16 connections", {
		timeout: WITHIN_MS * 2,
	}, async () => {
		const namespace = await newNamespace();
		const hub = await startStormHub(await namespace.serviceAccount(RELAY_RULES), {
			namespace: namespace.name,
			max_active: 0,
		});
		const before = hub.relays.map(({ pid }) => residentMiB(pid));
		const acceptedAt = await storm(hub.home, seededChance(), COUNT);
		const coderuns = await untilAllMade(namespace);
		expect(servedRuns(coderuns)).toEqual(eachRunOnce(COUNT));

		const after = hub.relays.map(({ pid }) => residentMiB(pid));
		const figures = stormFigures(coderuns, acceptedAt);
		const directly = await createDirectly(coderuns);
		const memory = { relay_mib_before: before, relay_mib_after: after };
		say({
			incidents: COUNT,
			...figures,
			directly_per_second: directly,
			ratio: figures.per_second / directly,
			...memory,
		});
	});

	it("keeps each agent at one unfinished CodeRun, the oldest first", { timeout: WITHIN_MS }, async () => {
		const namespace = await newNamespace();
		const hub = await startStormHub(await namespace.serviceAccount(RELAY_RULES), {
			namespace: namespace.name,
			max_active: 1,
		});
		const count = Math.min(COUNT, 120);
		for (let at = 0; at < count; at++) {
			const run = failingRun(runIdOf(at));
			await untilAccepted(() => deliver(hub.home, "workflow_job", failedJob(run), `delivery-${run.runId}`));
		}
		await expect.poll(() => undecided(hub), { timeout: WITHIN_MS }).toBe(0);
		const controller = await startController(namespace);
		await expect.poll(() => controller.finished.length, { timeout: WITHIN_MS }).toBe(count);
		expect(controller.most()).toBe(1);
		const coderuns = await namespace.coderuns();
		expect(servedRuns(coderuns)).toEqual(eachRunOnce(count));
		const served = inOrder(coderuns, controller.finished);
		expect(served).toHaveLength(3);
		// The first incident of an agent is decided before any other waits.
		for (const [, ...waited] of served) expect(waited).toEqual(waited.toSorted((a, b) => a - b));
	});

	it("creates one CodeRun for each incident through kills, outages, lost answers, an emptied KV and clocks 3 s apart", {
		timeout: WITHIN_MS * 2,
	}, async () => {
		const chance = seededChance();
		const cluster = await ownCluster();
		await cluster.kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "cto" } } });
		await applyDefinition(cluster.kubeconfig);
		const namespace = namespaceOf(cluster.kubeConfig, "cto");
		const caFile = cluster.kubeConfig.getCurrentCluster()?.caFile ?? "";
		const proxy = await misbehavingProxy({ server: cluster.server, caFile });
		onTestFinished(() => proxy.stop());
		const config = changedConfig(cluster.kubeConfig, { server: proxy.url, skipTLSVerify: true });
		const hub = await startStormHub(config, { namespace: "cto", max_active: 0, clocks_ahead_ms: [0, 3_000] });
		const faults = startFaults(chance, { hub, proxy, cluster }, OUTAGE_MS);
		await storm(hub.home, chance, COUNT);
		const struck = await faults.end();
		const coderuns = await untilAllMade(namespace);
		expect(servedRuns(coderuns)).toEqual(eachRunOnce(COUNT));
		const ahead = coderuns.map(aheadMs);
		// The API server's times are whole seconds; only its clock puts a relay that far ahead.
		const made_by = {
			true_clock: ahead.filter((ms) => ms < 1_000).length,
			fast: ahead.filter((ms) => ms > 1_500).length,
		};
		say({ incidents: COUNT, outage_ms: OUTAGE_MS, ...struck, ...made_by });
		expect(Math.min(made_by.true_clock, made_by.fast)).toBeGreaterThan(0);
	});
});

/** The final state, once every incident has its CodeRun and nothing is in progress. */
async function untilAllMade(namespace: Namespace): Promise<readonly AnyCodeRun[]> {
	await expect.poll(async () => (await namespace.coderuns()).length, { timeout: WITHIN_MS, interval: 500 }).toBe(COUNT);
	// Anything still in progress would create one too many.
	await delay(4_000);
	return namespace.coderuns();
}

/** The same objects, created by the same client without a hub; objects per second. */
async function createDirectly(coderuns: readonly AnyCodeRun[]): Promise<number> {
	const { name: namespace, kubeConfig } = await newNamespace();
	const { objects } = apiClients(kubeConfig);
	const startedAt = performance.now();
	await inParallel(16, coderuns, async ({ metadata: { name, labels, annotations }, spec }) => {
		const body = { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata: { name, labels, annotations }, spec };
		await objects.createNamespacedCustomObject({ ...CODERUNS, namespace, body });
	});
	return coderuns.length / ((performance.now() - startedAt) / 1000);
}

/** Incidents that neither have a CodeRun nor wait for one yet. */
async function undecided(hub: StormHub): Promise<number> {
	const { incidents = {} } = (await getJson(hub.home, "/api/status")) as { incidents?: Record<string, number> };
	return incidents.accepted ?? 0;
}

/** Run ids in the order of `names`, for each agent. */
function inOrder(coderuns: readonly AnyCodeRun[], names: readonly string[]): readonly (readonly number[])[] {
	const ordered = coderuns.toSorted((a, b) => names.indexOf(a.metadata.name) - names.indexOf(b.metadata.name));
	const agents = Object.groupBy(ordered, ({ metadata }) => String(metadata.labels["healer/agent"]));
	return Object.values(agents).map((own = []) => own.map(runOf));
}

function runOf({ metadata }: AnyCodeRun): number {
	return Number(metadata.labels["healer/workflow-run-id"]);
}

/** How far the clock of the relay that created it was ahead of the API server's. */
function aheadMs({ metadata }: AnyCodeRun): number {
	return Date.parse(metadata.annotations["healer/created-at"] ?? "") - Date.parse(metadata.creationTimestamp);
}

function say(figures: object): void {
	process.stdout.write(`${JSON.stringify(figures)}\n`);
}
