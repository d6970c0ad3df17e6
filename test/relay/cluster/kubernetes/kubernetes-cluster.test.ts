import { describe, expect, it } from "vitest";
import type { ClaimRecord } from "../../../../relay/cluster/claim-record.ts";
import { buildCodeRun } from "../../../../relay/cluster/coderun.ts";
import { kubernetesCluster } from "../../../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { spawn } from "../../../../relay/spawn/spawn.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";
import { virtualClock } from "../../../support/virtual-clock.ts";
import { type Fault, fakeApiServer } from "./fake-api-server.ts";

const INCIDENT = "0123456789abcdef0123456789abcdef";
const NAME = spawnRequest().coderun.metadata.name;

async function setUp() {
	const api = await fakeApiServer();
	return { api, cluster: kubernetesCluster(api.clients, "cto") };
}

describe("claims as Leases", () => {
	it("are read back unchanged, with a version that each write changes", async () => {
		const { api, cluster } = await setUp();
		const made = await cluster.createClaim("healer-a", record());
		expect(made).toEqual({ kind: "written", version: "uid-2/2" });
		expect(await cluster.readClaim("healer-a")).toEqual({
			kind: "found",
			claim: { record: record(), version: "uid-2/2" },
		});
		expect(await cluster.replaceClaim("healer-a", record({ seen: true }), "uid-2/2")).toEqual({
			kind: "written",
			version: "uid-2/3",
		});
		expect(api.objects("leases")).toMatchObject([
			{ spec: { holderIdentity: INCIDENT, leaseDurationSeconds: 600 }, metadata: { name: "healer-a" } },
		]);
	});

	it("are taken by one of two, and replaced and deleted only in the given version", async () => {
		const { cluster } = await setUp();
		await cluster.createClaim("healer-a", record());
		expect(await cluster.createClaim("healer-a", record({ holder: "another" }))).toEqual({ kind: "conflict" });
		expect((await cluster.replaceClaim("healer-a", record(), "uid-2/2")).kind).toBe("written");
		expect(await cluster.replaceClaim("healer-a", record({ holder: "another" }), "uid-2/2")).toEqual({
			kind: "conflict",
		});
		expect(await cluster.deleteClaim("healer-a", "uid-2/2")).toEqual({ kind: "conflict" });
		expect(await cluster.deleteClaim("healer-a", "uid-2/3")).toEqual({ kind: "deleted" });
		expect(await cluster.readClaim("healer-a")).toMatchObject({ kind: "not_found" });
		expect(await cluster.deleteClaim("healer-a", "uid-2/3")).toMatchObject({ kind: "not_found" });
	});

	it("differ when they were recreated under the same name", async () => {
		const { cluster } = await setUp();
		await cluster.createClaim("healer-a", record());
		await cluster.deleteClaim("healer-a", "uid-2/2");
		await cluster.createClaim("healer-a", record());
		expect(await cluster.replaceClaim("healer-a", record({ seen: true }), "uid-2/2")).toEqual({ kind: "conflict" });
	});

	it("cannot be read from a Lease that Healer did not write", async () => {
		const { api, cluster } = await setUp();
		await cluster.createClaim("healer-a", record());
		api.change("leases", "healer-a", { metadata: { annotations: { "healer/taken-at": "soon" } } });
		expect(await cluster.readClaim("healer-a")).toEqual({
			kind: "unavailable",
			why: "Lease healer-a is not a claim that Healer wrote",
		});
	});

	it("need their namespace", async () => {
		const api = await fakeApiServer();
		expect(await kubernetesCluster(api.clients, "elsewhere").createClaim("healer-a", record())).toEqual({
			kind: "unavailable",
			cause: "no_namespace",
			why: "the namespace elsewhere does not exist: create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml",
		});
	});
});

describe("CodeRuns as objects", () => {
	it("are created once, with strict validation, and recognised by their identity", async () => {
		const { api, cluster } = await setUp();
		expect(await cluster.createCodeRun(coderun(), 5_000)).toEqual({ kind: "created" });
		expect(await cluster.createCodeRun(coderun(), 5_000)).toEqual({ kind: "exists" });
		expect(api.asked.map(({ query }) => [query.get("fieldValidation"), query.get("timeout")])).toEqual([
			["Strict", "5s"],
			["Strict", "5s"],
		]);
		expect(await cluster.readCodeRun(NAME)).toEqual({
			kind: "found",
			coderun: { name: NAME, finished: false, identity: { incident_id: INCIDENT, attempt: 1, digest: "d" } },
		});
		api.change("coderuns", NAME, { status: { phase: "Succeeded" } });
		expect(await cluster.readCodeRun(NAME)).toMatchObject({ coderun: { finished: true } });
		expect(await cluster.readCodeRun("another")).toMatchObject({ kind: "not_found" });
	});

	it("are created without the label that marks them as reported", async () => {
		const { api, cluster } = await setUp();
		const made = coderun();
		const labels = { ...made.metadata.labels, "healer/reported": "true" };
		await cluster.createCodeRun({ ...made, metadata: { ...made.metadata, labels } }, 5_000);
		expect(api.objects("coderuns")[0]?.metadata.labels).not.toHaveProperty("healer/reported");
	});

	it("are counted per agent while unfinished, over all pages", async () => {
		const { api, cluster } = await setUp();
		for (let n = 0; n < 7; n++) await cluster.createCodeRun(coderun(n), 5_000);
		const [done, reported] = [nameOf(0), nameOf(1)];
		api.change("coderuns", done, { status: { phase: "Failed" } });
		api.change("coderuns", reported, { metadata: { labels: { "healer/reported": "true" } } });
		api.change("coderuns", nameOf(2), { metadata: { labels: { "healer/agent": "blaze" } } });
		api.pageSize = 2;
		expect(await cluster.listUnfinished("rex")).toEqual({ kind: "listed", names: [3, 4, 5, 6].map(nameOf) });
		expect(api.asked.filter(({ method }) => method === "GET")).toHaveLength(3);
	});

	it("are not counted partially when the list changed too much between two pages", async () => {
		const { api, cluster } = await setUp();
		for (let n = 0; n < 3; n++) await cluster.createCodeRun(coderun(n), 5_000);
		api.pageSize = 2;
		api.fault = ({ query }) =>
			query.has("continue") ? { status: 410, reason: "Expired", message: "too old" } : undefined;
		expect(await cluster.listUnfinished("rex")).toEqual({
			kind: "unavailable",
			cause: "api_server",
			why: "the API server answered 410 too old",
		});
	});
});

const FAULTS: readonly (readonly [string, Fault, string, string])[] = [
	[
		"401",
		{ status: 401, reason: "Unauthorized" },
		"unauthorized",
		"the API server does not accept the relay's token: it expired or belongs to another cluster; renew it in the kubeconfig, or restart the Pod",
	],
	[
		"403 without the permission",
		{ status: 403, message: 'User "x" cannot create resource "coderuns" in API group "agents.platform"' },
		"forbidden",
		'the relay lacks the permission to create coderuns.agents.platform: User "x" cannot create resource "coderuns" in API group "agents.platform"; kubectl apply -k deploy/relay grants what it needs',
	],
	[
		"403 by a quota",
		{ status: 403, message: "exceeded quota: few" },
		"quota",
		"a ResourceQuota is exhausted: exceeded quota: few",
	],
	["429", { status: 429, message: "too many requests" }, "api_server", "the API server answered 429 too many requests"],
	["500", { status: 500, message: "etcd is gone" }, "api_server", "the API server answered 500 etcd is gone"],
	["503 of a proxy", { status: 503, page: "<h1>down</h1>" }, "api_server", "the API server answered 503"],
	[
		"200 of a proxy",
		{ status: 200, page: "<h1>welcome</h1>" },
		"not_kubernetes",
		"the answer was incomplete or not from the API server",
	],
	[
		"413 of a proxy",
		{ status: 413, page: "<h1>too large</h1>" },
		"not_kubernetes",
		"a proxy in front of the API server answered 413",
	],
];

describe("a CodeRun that could not be created", () => {
	it.each(FAULTS)("is not lost: %s", async (_, fault, cause, why) => {
		const { api, cluster } = await setUp();
		api.fault = () => fault;
		expect(await cluster.createCodeRun(coderun(), 5_000)).toEqual({ kind: "unavailable", cause, why });
		expect(api.objects("coderuns")).toEqual([]);
	});

	it("is refused permanently by 422, which names the fields", async () => {
		const { api, cluster } = await setUp();
		api.fault = () => ({
			status: 422,
			message: "invalid",
			causes: [{ field: "spec.env.PR_NUMBER", message: "Invalid value" }, { field: "spec.model" }],
		});
		expect(await cluster.createCodeRun(coderun(), 5_000)).toEqual({
			kind: "refused",
			why: "spec.env.PR_NUMBER: Invalid value; spec.model; change spawn.spec in pipeline.yaml to match the cluster's CodeRun definition (kubectl explain coderun.spec)",
		});
	});

	it.each(["request", "answer"] as const)("may have been made when the connection was cut at the %s", async (cut) => {
		const { api, cluster } = await setUp();
		api.fault = () => ({ cut });
		const created = await cluster.createCodeRun(coderun(), 5_000);
		expect(created).toMatchObject({ kind: "unavailable", why: expect.stringContaining("cannot be reached") });
		expect(api.objects("coderuns")).toHaveLength(cut === "answer" ? 1 : 0);
	});

	it("distinguishes a missing namespace from a missing definition", async () => {
		const { api, cluster } = await setUp();
		expect(await kubernetesCluster(api.clients, "elsewhere").createCodeRun(coderun(), 5_000)).toEqual({
			kind: "unavailable",
			cause: "no_namespace",
			why: "the namespace elsewhere does not exist: create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml",
		});
		api.fault = () => ({ status: 404, message: "404 page not found" });
		expect(await cluster.createCodeRun(coderun(), 5_000)).toEqual({
			kind: "unavailable",
			cause: "no_kind",
			why: "the cluster has no CodeRun resource (agents.platform/v1): install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml",
		});
	});
});

describe("spawn on a cluster", () => {
	it("creates one CodeRun for one attempt, requested by three relays at once and then again", async () => {
		const { api } = await setUp();
		const ask = () => askRelay(api.clients);
		await Promise.all([ask(), ask(), ask()]);
		expect(await ask()).toMatchObject({ kind: "result", result: { result: "exists", coderun_name: NAME } });
		expect(api.objects("coderuns").map(({ metadata }) => metadata.name)).toEqual([NAME]);
	});

	it.each(["request", "answer"] as const)("completes what a cut %s left, at any of its writes", async (cut) => {
		for (let write = 1; write <= 4; write++) {
			const { api } = await setUp();
			let writes = 0;
			api.fault = ({ method }) => (method !== "GET" && ++writes === write ? { cut } : undefined);
			await askRelay(api.clients);
			const again = await askRelay(api.clients);
			expect([write, again]).toMatchObject([write, { kind: "result", result: { coderun_name: NAME } }]);
			expect(api.objects("coderuns")).toHaveLength(1);
		}
	});

	it("makes another incident wait for the branch's claim", async () => {
		const { api } = await setUp();
		await askRelay(api.clients);
		const other = spawnRequest({ incident_id: "f".repeat(32), agent: "blaze" });
		const answer = await spawn({
			request: other,
			digest: "e",
			cluster: kubernetesCluster(api.clients, "cto"),
			clock: virtualClock(),
			enforceMaxActive: true,
		});
		expect(answer).toMatchObject({ kind: "result", result: { result: "held", claim: "branch", by: INCIDENT } });
		expect(api.objects("coderuns")).toHaveLength(1);
	});
});

describe("readiness", () => {
	it("is tested without creating anything", async () => {
		const { api, cluster } = await setUp();
		expect(await cluster.ready()).toEqual({ kind: "ready" });
		expect(api.objects("leases")).toEqual([]);
		expect(api.objects("coderuns")).toEqual([]);
	});

	it("names the missing permission", async () => {
		const { api, cluster } = await setUp();
		const message = 'User "x" cannot create resource "leases" in API group "coordination.k8s.io"';
		api.fault = ({ path }) => (path.endsWith("/leases") ? { status: 403, message } : undefined);
		expect(await cluster.ready()).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("the relay lacks the permission to create leases.coordination.k8s.io"),
		});
	});
});

function askRelay(clients: Parameters<typeof kubernetesCluster>[0]) {
	return spawn({
		request: spawnRequest(),
		digest: "d",
		cluster: kubernetesCluster(clients, "cto"),
		clock: virtualClock(),
		enforceMaxActive: true,
	});
}

function record(changes: Partial<ClaimRecord> = {}): ClaimRecord {
	return {
		key: "5dlabs/cto:branch:main",
		holder: INCIDENT,
		attempt: 1,
		coderun_name: NAME,
		digest: "d",
		taken_at: Date.UTC(2026, 10, 22),
		ttl_s: 600,
		while_active: true,
		seen: false,
		quiet_at: Date.UTC(2026, 10, 22),
		...changes,
	};
}

function nameOf(n: number): string {
	return spawnRequest({ incident_id: incidentOf(n) }).coderun.metadata.name;
}

function coderun(n?: number) {
	const request = n === undefined ? spawnRequest() : spawnRequest({ incident_id: incidentOf(n) });
	return buildCodeRun(request, "d", Date.UTC(2026, 10, 22));
}

function incidentOf(n: number): string {
	return n.toString(16).padStart(32, "0");
}
