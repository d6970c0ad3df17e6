import { describe, expect, it, onTestFinished } from "vitest";
import { buildCodeRun } from "../../../../relay/cluster/coderun.ts";
import { kubernetesCluster } from "../../../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { finishedObjects } from "../../../../relay/cluster/kubernetes/outcomes/finished-objects.ts";
import { sweepLeases } from "../../../../relay/cluster/kubernetes/sweep-leases.ts";
import { spawn } from "../../../../relay/spawn/spawn.ts";
import type { SpawnRequest } from "../../../../wire/spawn.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";
import { virtualClock } from "../../../support/virtual-clock.ts";
import { type FakeApiServer, fakeApiServer } from "./fake-api-server.ts";

const DAY_MS = 24 * 3600_000;
const SOON = { timeout: 10_000, interval: 10 };

/** A relay that follows the namespace, and two CodeRuns that it created. */
async function setUp(options: { deadline_s?: number; deleteOverdue?: boolean } = {}) {
	const api = await fakeApiServer();
	const clock = virtualClock(Date.parse("2026-11-22T12:00:00Z"));
	const log: object[] = [];
	const requests = [requestOf("a"), requestOf("b")];
	for (const request of requests) {
		const cluster = kubernetesCluster(api.clients, "cto");
		await spawn({ request, digest: "d", cluster, clock, enforceMaxActive: false });
	}
	const tools = {
		kubeConfig: api.kubeConfig,
		clients: api.clients,
		namespace: "cto",
		clock,
		log: (line: object) => void log.push(line),
		deadline_s: options.deadline_s,
		deleteOverdue: options.deleteOverdue ?? false,
	};
	const finished = finishedObjects(tools);
	let changes = 0;
	onTestFinished(finished.watch(() => changes++));
	await expect.poll(() => api.watches(), SOON).toBe(1);
	const [first, second] = requests.map(({ coderun }) => coderun.metadata.name);
	const ends = async () => {
		const listed = await finished.listUnreported();
		return listed.kind === "listed" ? listed.outcomes.map(({ coderun_name, phase }) => [coderun_name, phase]) : listed;
	};
	return {
		api,
		clock,
		log,
		tools,
		finished,
		ends,
		first: String(first),
		second: String(second),
		changes: () => changes,
	};
}

describe("the ends of CodeRuns", () => {
	it("are reported by their phase, and not again once they are marked, even by a new relay", async () => {
		const { api, finished, ends, first, tools, changes } = await setUp();
		expect(await ends()).toEqual([]);
		const before = changes();
		api.change("coderuns", first, { status: { phase: "Succeeded", pullRequestUrl: "https://github.com/a/b/pull/1" } });
		await expect.poll(ends, SOON).toEqual([[first, "Succeeded"]]);
		expect(changes()).toBe(before + 1);

		expect(await finished.markReported(first)).toEqual({ kind: "marked" });
		expect(await ends()).toEqual([]);
		expect(labelOf(api, first)).toBe("true");
		const another = finishedObjects(tools);
		onTestFinished(another.watch(() => undefined));
		await expect.poll(() => api.watches(), SOON).toBe(2);
		expect(await another.listUnreported()).toEqual({ kind: "listed", outcomes: [] });
	});

	it("are reported when one was deleted before it finished, or while nobody watched", async () => {
		const { api, ends, first, second } = await setUp();
		await ends();
		api.remove("coderuns", first);
		await expect.poll(ends, SOON).toEqual([[first, "Deleted"]]);

		// The version is gone: the next list does not have it.
		api.fault = ({ query }) => (query.get("watch") === "true" ? { status: 500 } : undefined);
		api.endWatches();
		await expect.poll(() => api.watches(), SOON).toBe(0);
		api.remove("coderuns", second);
		api.pruneVersions();
		api.fault = () => undefined;
		await expect.poll(ends, { ...SOON, timeout: 20_000 }).toEqual([
			[first, "Deleted"],
			[second, "Deleted"],
		]);
	});

	it("are kept while the cluster cannot record that they were reported", async () => {
		const { api, finished, ends, first } = await setUp();
		api.change("coderuns", first, { status: { phase: "Failed" } });
		await expect.poll(ends, SOON).toEqual([[first, "Failed"]]);
		api.fault = ({ method }) => (method === "PATCH" ? { status: 503, message: "later" } : undefined);
		expect(await finished.markReported(first)).toEqual({
			kind: "unavailable",
			cause: "api_server",
			why: "the API server answered 503 later",
		});
		expect(await ends()).toEqual([[first, "Failed"]]);
		api.fault = () => undefined;
		expect(await finished.markReported(first)).toEqual({ kind: "marked" });
		expect(await ends()).toEqual([]);
	});

	it("happen at the deadline, which deletes overdue ones if configured", async () => {
		const { api, clock, ends, first, second } = await setUp({ deadline_s: 60, deleteOverdue: true });
		clock.advance(61_000);
		api.change("coderuns", second, { status: { phase: "Succeeded" } });
		// The CodeRun is marked first; the relay acts once the watch returns it.
		await expect.poll(ends, SOON).toEqual(
			expect.arrayContaining([
				[first, "TimedOut"],
				[second, "Succeeded"],
			]),
		);
		await expect.poll(() => api.objects("coderuns").map(({ metadata }) => metadata.name), SOON).toEqual([second]);
	});

	it("ignore the deadline of one that ended just when it passed", async () => {
		const { api, clock, ends, first } = await setUp({ deadline_s: 60, deleteOverdue: true });
		clock.advance(61_000);
		api.fault = ({ method, path }) => {
			// Without the relay: the version that it saw is outdated when it writes.
			if (method === "PATCH" && path.endsWith(first) && phaseOf(api, first) === undefined)
				api.change("coderuns", first, { status: { phase: "Succeeded" } });
			return undefined;
		};
		await expect.poll(ends, SOON).toContainEqual([first, "Succeeded"]);
		expect(api.objects("coderuns").map(({ metadata }) => metadata.name)).toContain(first);
	});
});

describe("following CodeRuns", () => {
	it("continues from the last bookmark when a watch ends, without another list", async () => {
		const { api } = await setUp();
		const lists = () => api.asked.filter(({ path, query }) => path.endsWith("/coderuns") && query.has("limit")).length;
		const before = lists();
		api.send({ type: "BOOKMARK", object: { kind: "CodeRun", metadata: { resourceVersion: "4711" } } });
		api.endWatches();
		await expect.poll(() => versionsWatched(api).at(-1), SOON).toBe("4711");
		expect(lists()).toBe(before);
	});

	it("lists again when the server has dropped the version, inside a 200 answer", async () => {
		const { api, ends, first } = await setUp();
		api.pruneVersions();
		api.change("coderuns", first, { status: { phase: "Failed" } });
		api.pruneVersions();
		api.endWatches();
		await expect.poll(ends, { ...SOON, timeout: 20_000 }).toEqual([[first, "Failed"]]);
		await expect.poll(() => api.watches(), SOON).toBe(1);
	});

	it("continues after lines that are not events, and reports them", async () => {
		const { api, log, ends, first } = await setUp();
		api.send({ type: "MODIFIED", object: { kind: "Status" } });
		api.send({ type: "SURPRISE", object: {} });
		api.send({ type: "ERROR", object: { code: 500, message: "etcd is slow" } });
		api.change("coderuns", first, { status: { phase: "Error" } });
		await expect.poll(ends, SOON).toEqual([[first, "Error"]]);
		expect(log).toEqual([
			{ level: "warn", message: "watch event not understood", reason: "an event that is not about a CodeRun" },
			{ level: "warn", message: "watch event not understood", reason: "an event of an unknown type: SURPRISE" },
			{ level: "warn", message: "watch event not understood", reason: "500 etcd is slow" },
		]);
	});

	it("ignores CodeRuns that Healer did not create", async () => {
		const { api, ends } = await setUp();
		const foreign = buildCodeRun(requestOf("c"), "d", 0);
		const metadata = { ...foreign.metadata, annotations: {} };
		const request = { group: "agents.platform", version: "v1", plural: "coderuns", namespace: "cto" };
		await api.clients.objects.createNamespacedCustomObject({ ...request, body: { ...foreign, metadata } });
		api.change("coderuns", foreign.metadata.name, { status: { phase: "Succeeded" } });
		api.change("coderuns", requestOf("b").coderun.metadata.name, { status: { phase: "Failed" } });
		await expect.poll(ends, SOON).toEqual([[requestOf("b").coderun.metadata.name, "Failed"]]);
	});
});

describe("sweepLeases", () => {
	it("deletes only claims that expired an hour ago and whose CodeRun has finished", async () => {
		const { api, clock, tools, first } = await setUp();
		const all = names(api);
		expect(all).toHaveLength(4);
		expect(await sweepLeases(tools)).toEqual({ kind: "swept", deleted: 0 });
		clock.advance(DAY_MS);
		expect(await sweepLeases(tools)).toEqual({ kind: "swept", deleted: 0 });
		api.change("coderuns", first, { status: { phase: "Succeeded" } });
		expect(await sweepLeases(tools)).toEqual({ kind: "swept", deleted: 1 });
		expect(names(api)).toHaveLength(3);
	});

	it("keeps one that was taken again in the meantime", async () => {
		const { api, clock, tools, first } = await setUp();
		api.change("coderuns", first, { status: { phase: "Succeeded" } });
		clock.advance(DAY_MS);
		api.fault = ({ method, path }) => {
			if (method === "DELETE") api.change("leases", String(path.split("/").at(-1)), { spec: { holderIdentity: "c" } });
			return undefined;
		};
		expect(await sweepLeases(tools)).toEqual({ kind: "swept", deleted: 0 });
		expect(names(api)).toHaveLength(4);
	});

	it("deletes nothing while it cannot see whether the CodeRun has finished", async () => {
		const { api, clock, tools, first } = await setUp();
		api.change("coderuns", first, { status: { phase: "Succeeded" } });
		clock.advance(DAY_MS);
		api.fault = ({ path }) => (path.includes("/coderuns/") ? { status: 503 } : undefined);
		expect(await sweepLeases(tools)).toEqual({ kind: "swept", deleted: 0 });
		api.fault = ({ path }) => (path.endsWith("/leases") ? { status: 410, reason: "Expired" } : undefined);
		expect(await sweepLeases(tools)).toEqual({
			kind: "unavailable",
			why: "the claims changed while they were being listed",
		});
	});
});

function requestOf(incident: string): SpawnRequest {
	const claims = [{ name: "branch", key: `5dlabs/cto:branch:${incident}`, ttl_s: 600, while_active: true }];
	return spawnRequest({ incident_id: incident.repeat(32), claims });
}

function labelOf(api: FakeApiServer, name: string): string | undefined {
	return api.objects("coderuns").find(({ metadata }) => metadata.name === name)?.metadata.labels?.["healer/reported"];
}

function phaseOf(api: FakeApiServer, name: string): unknown {
	return api.objects("coderuns").find(({ metadata }) => metadata.name === name)?.status;
}

function names(api: FakeApiServer): string[] {
	return api.objects("leases").map(({ metadata }) => metadata.name);
}

function versionsWatched(api: FakeApiServer): (string | null)[] {
	return api.asked
		.filter(({ query }) => query.get("watch") === "true")
		.map(({ query }) => query.get("resourceVersion"));
}
