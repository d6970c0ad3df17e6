import { CoordinationV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../relay/clock.ts";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { misbehavingProxy } from "../support/misbehaving-proxy.ts";
import { changedConfig, type Namespace, newNamespace } from "./support/namespace.ts";
import { startReporting } from "./support/reporting.ts";
import { requestIn, resultOf } from "./support/spawning.ts";
import { type StandInWorker, standInWorker } from "./support/stand-in-worker.ts";

const SOON = { timeout: 30_000, interval: 50 };

describe("reportOutcomes of a namespace", () => {
	it("reports each terminal phase once, with its times in UTC, and labels the CodeRun", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		startReporting(namespace.kubeConfig, namespace.name, worker.url);
		const requests = [];
		for (const phase of ["Succeeded", "Failed", "Completed", "Error"]) requests.push({ phase, request: await spawn() });
		await namespace.setStatus(nameOf(await spawn()), { phase: "Running" });
		expect(worker.posts()).toBe(0);

		for (const { phase, request } of requests) {
			await namespace.setStatus(nameOf(request), {
				phase,
				message: `it ${phase}`,
				pullRequestUrl: phase === "Succeeded" ? "https://github.com/5dlabs/cto/pull/7" : "no-pr",
				finishedAt: "2026-11-22T05:04:05.123456789+02:00",
			});
		}
		await expect.poll(() => worker.taken.length, SOON).toBe(4);
		await expect.poll(async () => (await namespace.coderuns("healer/reported=true")).length, SOON).toBe(4);
		expect(worker.posts()).toBe(4);
		const [first] = requests;
		const posted = worker.taken.find(({ incident_id }) => incident_id === first?.request.incident_id);
		expect(posted).toEqual({
			coderun_name: first?.request.coderun.metadata.name,
			incident_id: first?.request.incident_id,
			attempt: 1,
			phase: "Succeeded",
			pull_request_url: "https://github.com/5dlabs/cto/pull/7",
			message: "it Succeeded",
			started_at: expect.stringMatching(/^2\d{3}-.*Z$/),
			finished_at: "2026-11-22T03:04:05.123Z",
		});
		const withoutPullRequest = worker.taken.filter(({ pull_request_url }) => pull_request_url === null);
		expect(withoutPullRequest.map(({ phase }) => phase).sort()).toEqual(["Completed", "Error", "Failed"]);
	});

	it("reports a CodeRun that was deleted before it finished", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		startReporting(namespace.kubeConfig, namespace.name, worker.url);
		const request = await spawn();
		await namespace.setStatus(nameOf(request), { phase: "Running" });
		await untilFollowed(namespace, worker, spawn);
		await namespace.deleteCodeRun(nameOf(request));
		await expect
			.poll(() => worker.taken[1], SOON)
			.toMatchObject({
				coderun_name: nameOf(request),
				phase: "Deleted",
				message: "the CodeRun was deleted before it finished",
			});
		await expectClaimReported(namespace, request);
	});

	it("does not mistake a changed label for a deleted CodeRun", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		startReporting(namespace.kubeConfig, namespace.name, worker.url);
		const [relabelled, finished] = [await spawn(), await spawn()];
		await namespace.patchCodeRun(nameOf(relabelled), { metadata: { labels: { "app.kubernetes.io/name": "mine" } } });
		await namespace.setStatus(nameOf(finished), { phase: "Failed" });
		await expect.poll(() => worker.taken, SOON).toMatchObject([{ coderun_name: nameOf(finished), phase: "Failed" }]);
		await namespace.patchCodeRun(nameOf(relabelled), { metadata: { labels: { "app.kubernetes.io/name": "healer" } } });
		await namespace.setStatus(nameOf(relabelled), { phase: "Succeeded" });
		await expect.poll(() => worker.taken.map(({ phase }) => phase), SOON).toEqual(["Failed", "Succeeded"]);
	});

	it("reports what finished and what was deleted while no relay ran", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		const before = startReporting(namespace.kubeConfig, namespace.name, worker.url);
		const [finished, deleted, reported, running] = [await spawn(), await spawn(), await spawn(), await spawn()];
		await namespace.setStatus(nameOf(reported), { phase: "Succeeded" });
		await expectClaimReported(namespace, reported);
		await before.stop();

		await namespace.setStatus(nameOf(finished), { phase: "Failed" });
		await namespace.deleteCodeRun(nameOf(deleted));
		await namespace.deleteCodeRun(nameOf(reported));
		startReporting(namespace.kubeConfig, namespace.name, worker.url);
		await expect.poll(() => worker.taken.length, SOON).toBe(3);
		const phases = Object.fromEntries(worker.taken.map(({ coderun_name, phase }) => [coderun_name, phase]));
		expect(phases).toEqual({
			[nameOf(reported)]: "Succeeded",
			[nameOf(finished)]: "Failed",
			[nameOf(deleted)]: "Deleted",
		});
		await namespace.setStatus(nameOf(running), { phase: "Completed" });
		await expect.poll(() => worker.taken.length, SOON).toBe(4);
	});

	it("posts until the worker accepts it, and two relays report it effectively once", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		worker.setDown(true);
		for (let relay = 0; relay < 2; relay++) startReporting(namespace.kubeConfig, namespace.name, worker.url);
		const requests = await Promise.all(Array.from({ length: 10 }, () => spawn()));
		for (const request of requests) await namespace.setStatus(nameOf(request), { phase: "Succeeded" });
		await expect.poll(() => worker.posts(), SOON).toBeGreaterThan(10);
		expect(await namespace.coderuns("healer/reported")).toEqual([]);
		worker.setDown(false);
		await expect.poll(async () => (await namespace.coderuns("healer/reported=true")).length, SOON).toBe(10);
		expect(worker.taken.map(({ coderun_name }) => coderun_name).sort()).toEqual(requests.map(nameOf).sort());
	});

	it("ends an overdue CodeRun, and the next attempt can start", async () => {
		const { namespace, spawn, cluster } = await setUp();
		const worker = await standInWorker();
		const request = await spawn({ deadline_s: 3600 });
		const unlimited = await spawn({ agent: "blaze" });
		startReporting(namespace.kubeConfig, namespace.name, worker.url, { clock: ahead(3_500_000) });
		await namespace.setStatus(nameOf(request), { phase: "Running" });
		expect(await resultOf(cluster, nextAttempt(request))).toBe("held");
		expect(worker.taken).toEqual([]);

		startReporting(namespace.kubeConfig, namespace.name, worker.url, { clock: ahead(3_700_000) });
		await expect
			.poll(() => worker.taken, SOON)
			.toMatchObject([
				{ coderun_name: nameOf(request), phase: "TimedOut", message: "the CodeRun did not finish before its deadline" },
			]);
		await expect
			.poll(async () => (await namespace.coderuns()).map(({ metadata }) => metadata.name), SOON)
			.toEqual([nameOf(unlimited)]);
		expect(await resultOf(cluster, nextAttempt(request))).toBe("created");
	});

	it("only reports it when it may not delete, and keeps counting it", async () => {
		const { namespace, spawn, cluster } = await setUp();
		const worker = await standInWorker();
		const request = await spawn({ agent: "bolt", max_active: 1 });
		const options = { clock: ahead(700_000), deadline_s: 600, deleteOverdue: false };
		startReporting(namespace.kubeConfig, namespace.name, worker.url, options);
		await expect.poll(() => worker.taken, SOON).toMatchObject([{ coderun_name: nameOf(request), phase: "TimedOut" }]);
		await expect.poll(async () => (await namespace.coderuns("healer/reported=timed-out")).length, SOON).toBe(1);
		expect(await resultOf(cluster, requestIn(namespace.name, { agent: "bolt", max_active: 1 }))).toBe("busy");
		await namespace.setStatus(nameOf(request), { phase: "Failed" });
		expect(await resultOf(cluster, requestIn(namespace.name, { agent: "bolt", max_active: 1 }))).toBe("created");
	});

	it("reports TimedOut for what it deleted, even when it was killed before it could report", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		worker.setDown(true);
		const request = await spawn({ deadline_s: 60 });
		const killed = startReporting(namespace.kubeConfig, namespace.name, worker.url, { clock: ahead(100_000) });
		await expect.poll(async () => (await namespace.coderuns()).length, SOON).toBe(0);
		await killed.stop();
		worker.setDown(false);
		startReporting(namespace.kubeConfig, namespace.name, worker.url);
		await expect.poll(() => worker.taken, SOON).toMatchObject([{ coderun_name: nameOf(request), phase: "TimedOut" }]);
	});

	it("lists again when the server has dropped its version, and loses nothing when connections are cut", async () => {
		const { namespace, spawn } = await setUp();
		const worker = await standInWorker();
		const cluster = namespace.kubeConfig.getCurrentCluster();
		if (cluster?.caFile === undefined) throw new Error("the kubeconfig has no CA file");
		const proxy = await misbehavingProxy({ server: cluster.server, caFile: cluster.caFile });
		const asked: string[] = [];
		let gone = 2;
		proxy.misbehave = ({ path }) => {
			if (!path.includes("/coderuns?")) return undefined;
			asked.push(path.includes("watch=true") ? "watch" : "list");
			if (!path.includes("watch=true") || gone-- <= 0) return undefined;
			const status = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
			if (gone === 0) return { do: "answer", status: 410, body: status };
			return { do: "answer", status: 200, body: { type: "ERROR", object: status } };
		};
		const config = changedConfig(namespace.kubeConfig, { server: proxy.url, skipTLSVerify: true });
		startReporting(config, namespace.name, worker.url);
		const request = await spawn();
		await expect.poll(() => asked.slice(0, 6), SOON).toEqual(["list", "watch", "list", "watch", "list", "watch"]);
		proxy.cut();
		await namespace.setStatus(nameOf(request), { phase: "Succeeded" });
		await expect.poll(() => worker.taken, SOON).toMatchObject([{ coderun_name: nameOf(request), phase: "Succeeded" }]);
		await proxy.stop();
	});

	it("delays reporting a deletion that a retry could still undo, then lets nothing recreate it", async () => {
		const { namespace, spawn, cluster } = await setUp();
		const worker = await standInWorker();
		const request = await spawn();
		await forgetThatItWasSeen(namespace, request, Date.now() + 25_000);
		startReporting(namespace.kubeConfig, namespace.name, worker.url, { clock: ahead(20_000) });
		await untilFollowed(namespace, worker, spawn);
		await namespace.deleteCodeRun(nameOf(request));
		await expect.poll(async () => (await namespace.coderuns()).length, SOON).toBe(1);
		expect(worker.taken).toHaveLength(1);
		await expect
			.poll(() => worker.taken[1], { timeout: 60_000, interval: 100 })
			.toMatchObject({ coderun_name: nameOf(request), phase: "Deleted" });
		expect(await resultOf(cluster, request)).toBe("exists");
		expect(await namespace.coderuns()).toHaveLength(1);
	});
});

async function setUp() {
	const namespace = await newNamespace();
	const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
	const spawn = async (changes: Partial<SpawnRequest> = {}): Promise<SpawnRequest> => {
		const request = requestIn(namespace.name, { max_active: 0, ...changes });
		expect(await resultOf(cluster, request)).toBe("created");
		return request;
	};
	return { namespace, cluster, spawn };
}

function nameOf(request: SpawnRequest): string {
	return request.coderun.metadata.name;
}

function nextAttempt({ incident_id, attempt, claims, coderun }: SpawnRequest): SpawnRequest {
	return requestIn(coderun.metadata.namespace, { incident_id, claims, attempt: attempt + 1 });
}

function ahead(ms: number) {
	return { ...systemClock, now: () => Date.now() + ms };
}

/** A relay that reported the end of one CodeRun follows all of them. */
async function untilFollowed(
	namespace: Namespace,
	worker: StandInWorker,
	spawn: () => Promise<SpawnRequest>,
): Promise<void> {
	const other = nameOf(await spawn());
	await namespace.setStatus(other, { phase: "Succeeded" });
	await expect.poll(() => worker.taken.map(({ coderun_name }) => coderun_name), SOON).toContain(other);
}

async function expectClaimReported(namespace: Namespace, { incident_id }: SpawnRequest): Promise<void> {
	await expect
		.poll(async () => {
			const leases = await namespace.leases();
			const own = leases.find(({ metadata }) => metadata?.annotations?.["healer/claim-key"] === incident_id);
			return own?.metadata?.labels?.["healer/reported"];
		}, SOON)
		.toBe("true");
}

/** As if the relay had been killed right after the create. */
async function forgetThatItWasSeen(
	namespace: Namespace,
	{ incident_id }: SpawnRequest,
	quietAt: number,
): Promise<void> {
	const leases = await namespace.leases();
	const own = leases.find(({ metadata }) => metadata?.annotations?.["healer/claim-key"] === incident_id);
	const name = own?.metadata?.name ?? "";
	if (own?.metadata?.annotations === undefined) throw new Error("there is no claim");
	own.metadata.annotations["healer/coderun-seen"] = "false";
	own.metadata.annotations["healer/quiet-at"] = String(quietAt);
	const api = namespace.kubeConfig.makeApiClient(CoordinationV1Api);
	await api.replaceNamespacedLease({ name, namespace: namespace.name, body: own });
}
