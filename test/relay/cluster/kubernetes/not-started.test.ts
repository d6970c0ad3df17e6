import { describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "../../../../relay/clock.ts";
import type { FinishedCodeRuns } from "../../../../relay/cluster/finished-coderuns.ts";
import { kubernetesCluster } from "../../../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { finishedObjects } from "../../../../relay/cluster/kubernetes/outcomes/finished-objects.ts";
import { coderunStatus } from "../../../../relay/outcomes/coderun-status.ts";
import { spawn } from "../../../../relay/spawn/spawn.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";
import { virtualClock } from "../../../support/virtual-clock.ts";
import { type FakeApiServer, fakeApiServer } from "./fake-api-server.ts";

const SOON = { timeout: 10_000, interval: 10 };
const ID = "0123456789abcdef0123456789abcdef";
const NAME = "healer-ci-rex-ed573f914714fbca";
const ASKED = { incident_id: ID, attempt: 1, coderun_name: NAME };
const NOT_STARTED = {
	...ASKED,
	phase: "NotStarted",
	pull_request_url: null,
	message: "no controller started the CodeRun: it had no phase at its start deadline",
	started_at: "2026-11-22T12:00:00.000Z",
	finished_at: "2026-11-22T12:10:01.000Z",
};

/** A relay that follows one CodeRun, which must have a phase ten minutes after its creation. */
async function setUp({ deleteOverdue = true }: { readonly deleteOverdue?: boolean } = {}) {
	const api = await fakeApiServer();
	const clock = virtualClock(Date.parse("2026-11-22T12:00:00Z"));
	const cluster = kubernetesCluster(api.clients, "cto");
	const request = spawnRequest({ start_deadline_s: 600, deadline_s: 7200 });
	const call = { digest: "d", cluster, clock, enforceMaxActive: false };
	await spawn({ request, ...call });
	const finished = relayOn(api, clock, deleteOverdue);
	onTestFinished(finished.watch(() => undefined));
	await expect.poll(() => api.watches(), SOON).toBe(1);
	return {
		api,
		clock,
		finished,
		ends: async () => {
			const listed = await finished.listUnreported();
			return listed.kind === "listed" ? listed.outcomes : listed;
		},
		status: () => coderunStatus(ASKED, { cluster, finished, clock }),
		/** The next attempt of the same incident, and the answer. */
		spawnNext: (attempt: number) => spawn({ ...call, request: spawnRequest({ attempt }), digest: `d${attempt}` }),
		spawnAgain: () => spawn({ request, ...call }),
	};
}

function names(api: FakeApiServer): readonly string[] {
	return api.objects("coderuns").map(({ metadata }) => metadata.name);
}

describe("a CodeRun without a phase at its start deadline", () => {
	it("is deleted and reported as NotStarted, and not before", async () => {
		const { api, clock, finished, ends, status, spawnNext, spawnAgain } = await setUp();
		clock.advance(600_000);
		expect(await ends()).toEqual([]);
		expect(await status()).toEqual({
			kind: "status",
			status: { state: "running", coderun_name: NAME, started: false },
		});

		clock.advance(1_000);
		await expect.poll(ends, SOON).toEqual([NOT_STARTED]);
		expect(names(api)).toEqual([]);
		// Also a request for it that was sent again meanwhile creates no second one.
		expect(await spawnAgain()).toMatchObject({ kind: "result", result: { result: "exists" } });
		expect(names(api)).toEqual([]);

		expect(await finished.markReported(NAME)).toEqual({ kind: "marked" });
		expect(await ends()).toEqual([]);
		expect(await status()).toEqual({ kind: "status", status: { state: "ended", outcome: NOT_STARTED } });
		expect(await spawnNext(2)).toMatchObject({ kind: "result", result: { result: "created" } });
	});

	it.each(["", " "])("counts an empty phase %j as none", async (phase) => {
		const { api, clock, ends } = await setUp();
		api.change("coderuns", NAME, { status: { phase } });
		clock.advance(601_000);
		await expect.poll(ends, SOON).toMatchObject([{ phase: "NotStarted" }]);
	});

	it.each(["Pending", "Running", "Whatever"])("lets one in phase %s run until its own deadline", async (phase) => {
		const { api, clock, ends, status } = await setUp();
		api.change("coderuns", NAME, { status: { phase } });
		await expect
			.poll(status, SOON)
			.toEqual({ kind: "status", status: { state: "running", coderun_name: NAME, started: true } });
		clock.advance(601_000);
		expect(await ends()).toEqual([]);
		expect(names(api)).toEqual([NAME]);
		clock.advance(6_600_000);
		await expect.poll(ends, SOON).toMatchObject([{ phase: "TimedOut" }]);
	});

	it("runs on when it starts just when it is about to be marked", async () => {
		const { api, clock, ends } = await setUp();
		clock.advance(601_000);
		startAt(api, "PATCH");
		await expect.poll(async () => [await ends(), phaseOf(api)], SOON).toEqual([[], "Running"]);
		for (let looks = 0; looks < 5; looks++) expect(await ends()).toEqual([]);
		expect(names(api)).toEqual([NAME]);
	});

	it("runs on when it starts just when it is about to be deleted, and its end is reported", async () => {
		const { api, clock, ends, status } = await setUp();
		clock.advance(601_000);
		startAt(api, "DELETE");
		await expect.poll(async () => [await ends(), phaseOf(api)], SOON).toEqual([[], "Running"]);
		expect(await status()).toMatchObject({ kind: "status", status: { state: "running", started: true } });
		for (let looks = 0; looks < 5; looks++) expect(await ends()).toEqual([]);
		api.change("coderuns", NAME, { status: { phase: "Succeeded" } });
		await expect.poll(ends, SOON).toMatchObject([{ phase: "Succeeded" }]);
		expect(names(api)).toEqual([NAME]);
	});

	it("has not ended while its deletion fails, for it may still start", async () => {
		const { api, clock, ends, status } = await setUp();
		clock.advance(601_000);
		api.fault = ({ method }) => (method === "DELETE" ? { status: 503, message: "later" } : undefined);
		await expect.poll(async () => [await ends(), deletions(api) > 1], SOON).toEqual([[], true]);
		expect(await status()).toMatchObject({ status: { state: "running", started: false } });
		api.fault = () => undefined;
		await expect.poll(ends, SOON).toEqual([NOT_STARTED]);
	});

	it("is reported by a relay that has no permission to delete", async () => {
		const { api, clock, ends } = await setUp();
		clock.advance(601_000);
		api.fault = ({ method }) => (method === "DELETE" ? { status: 403, reason: "Forbidden" } : undefined);
		await expect.poll(ends, SOON).toEqual([NOT_STARTED]);
		expect(names(api)).toEqual([NAME]);
	});

	it("is reported as NotStarted by a relay that finds only its claim", async () => {
		const { api, clock, ends } = await setUp();
		clock.advance(601_000);
		await expect.poll(async () => ((await ends()) as readonly object[]).length, SOON).toBe(1);
		const restarted = relayOn(api, clock);
		onTestFinished(restarted.watch(() => undefined));
		const outcomes = [{ ...NOT_STARTED, started_at: null }];
		await expect.poll(() => restarted.listUnreported(), SOON).toEqual({ kind: "listed", outcomes });
	});

	it("stays where the relay may not delete, and holds back the next attempt until it is gone", async () => {
		const { api, clock, finished, ends, spawnNext } = await setUp({ deleteOverdue: false });
		clock.advance(601_000);
		await expect.poll(ends, SOON).toEqual([NOT_STARTED]);
		expect(await finished.markReported(NAME)).toEqual({ kind: "marked" });
		expect(names(api)).toEqual([NAME]);
		expect(await spawnNext(2)).toMatchObject({ kind: "result", result: { result: "held", claim: "incident" } });
		api.remove("coderuns", NAME);
		expect(await spawnNext(2)).toMatchObject({ kind: "result", result: { result: "created" } });
	});

	it("waits as long as it takes where the request names no start deadline", async () => {
		const { api, clock, ends } = await setUp();
		api.remove("coderuns", NAME);
		await expect.poll(ends, SOON).toMatchObject([{ phase: "Deleted" }]);
		const cluster = kubernetesCluster(api.clients, "cto");
		const request = spawnRequest({ incident_id: "f".repeat(32), claims: [] });
		await spawn({ request, digest: "d", cluster, clock, enforceMaxActive: false });
		clock.advance(86_400_000);
		for (let looks = 0; looks < 5; looks++) expect(await ends()).toMatchObject([{ phase: "Deleted" }]);
	});
});

/** Writes the controller's phase without the relay's knowledge, before its next call of this kind. */
function startAt(api: FakeApiServer, method: "PATCH" | "DELETE"): void {
	api.fault = (asked) => {
		if (asked.method === method && asked.path.endsWith(NAME) && phaseOf(api) === undefined)
			api.change("coderuns", NAME, { status: { phase: "Running" } });
		return undefined;
	};
}

function phaseOf(api: FakeApiServer): unknown {
	const found = api.objects("coderuns").find(({ metadata }) => metadata.name === NAME);
	return (found?.status as { phase?: unknown } | undefined)?.phase;
}

function deletions(api: FakeApiServer): number {
	return api.asked.filter(({ method, path }) => method === "DELETE" && path.endsWith(NAME)).length;
}

/** What a relay follows of this cluster. */
function relayOn(api: FakeApiServer, clock: Clock, deleteOverdue = true): FinishedCodeRuns {
	const { kubeConfig, clients } = api;
	const log = () => undefined;
	return finishedObjects({ kubeConfig, clients, namespace: "cto", clock, log, deadline_s: undefined, deleteOverdue });
}
