import { CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { misbehavingProxy } from "../support/misbehaving-proxy.ts";
import { changedConfig, newNamespace } from "./support/namespace.ts";
import { ask, requestIn, resultOf } from "./support/spawning.ts";

const LEASES = {
	apiGroups: ["coordination.k8s.io"],
	resources: ["leases"],
	verbs: ["get", "list", "create", "update", "patch", "delete"],
};

describe("spawn on a real API server", () => {
	it("creates a CodeRun with its claims", async () => {
		const namespace = await newNamespace();
		const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
		const request = requestIn(namespace.name);
		expect(await resultOf(cluster, request)).toBe("created");
		expect(await resultOf(cluster, request)).toBe("exists");
		const [coderun, ...more] = await namespace.coderuns("app.kubernetes.io/name=healer");
		expect(more).toEqual([]);
		expect(coderun?.metadata.name).toBe(request.coderun.metadata.name);
		expect(coderun?.spec).toMatchObject(request.coderun.spec);
		expect(await namespace.leases()).toHaveLength(2);
	});

	it("names an unknown field, and releases its claims", async () => {
		const namespace = await newNamespace();
		const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
		const answer = await ask(cluster, requestIn(namespace.name, { spec: { prompt: "not a field" } }));
		expect(answer).toMatchObject({ kind: "result", result: { result: "refused", reason: "invalid_coderun" } });
		expect(JSON.stringify(answer)).toContain('unknown field \\"spec.prompt\\"');
		expect(await namespace.leases()).toEqual([]);
	});

	it("names a field of the wrong type, and releases its claims", async () => {
		const namespace = await newNamespace();
		const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
		const answer = await ask(cluster, requestIn(namespace.name, { spec: { env: { PR_NUMBER: 7 } } }));
		expect(answer).toMatchObject({ kind: "result", result: { result: "refused", reason: "invalid_coderun" } });
		expect(JSON.stringify(answer)).toContain("spec.env.PR_NUMBER");
		expect(await namespace.leases()).toEqual([]);
	});

	it("names the missing permission, and keeps the claims that it could take", async () => {
		const namespace = await newNamespace();
		const mayClaim = await namespace.serviceAccount([LEASES]);
		const cluster = kubernetesCluster(apiClients(mayClaim), namespace.name);
		const answer = await ask(cluster, requestIn(namespace.name));
		expect(answer).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("the relay lacks the permission to list coderuns.agents.platform"),
		});
		const mayNothing = await namespace.serviceAccount([]);
		expect(
			await ask(kubernetesCluster(apiClients(mayNothing), namespace.name), requestIn(namespace.name)),
		).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("the relay lacks the permission to create leases.coordination.k8s.io"),
		});
	});

	it("reports an exhausted ResourceQuota", async () => {
		const namespace = await newNamespace();
		const hard = { "count/coderuns.agents.platform": "0" };
		const core = namespace.kubeConfig.makeApiClient(CoreV1Api);
		const where = { namespace: namespace.name, name: "few" };
		await core.createNamespacedResourceQuota({ ...where, body: { metadata: { name: "few" }, spec: { hard } } });
		// In a real cluster, a controller counts.
		const body = { status: { hard, used: hard } };
		const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
		await core.patchNamespacedResourceQuotaStatus({ ...where, body }, mergePatch);
		const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
		const request = requestIn(namespace.name);
		await expect
			.poll(async () => JSON.stringify(await ask(cluster, request)), { timeout: 20_000 })
			.toContain("a ResourceQuota is exhausted: ");
	});

	it("reports that the namespace is being deleted", async () => {
		const namespace = await newNamespace();
		const cluster = kubernetesCluster(apiClients(namespace.kubeConfig), namespace.name);
		await namespace.kubeConfig.makeApiClient(CoreV1Api).deleteNamespace({ name: namespace.name });
		expect(await ask(cluster, requestIn(namespace.name))).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("the namespace is being deleted"),
		});
		expect(await cluster.ready()).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("the namespace is being deleted"),
		});
	});

	it("reports a missing namespace", async () => {
		const { kubeConfig } = await newNamespace();
		const cluster = kubernetesCluster(apiClients(kubeConfig), "nowhere");
		const nowhere = {
			kind: "unavailable",
			cause: "no_namespace",
			why: "the namespace nowhere does not exist: create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml",
		};
		expect(await ask(cluster, requestIn("nowhere"))).toEqual(nowhere);
		expect(await cluster.ready()).toEqual(nowhere);
	});

	it("rejects a wrong token", async () => {
		const namespace = await newNamespace();
		const config = changedConfig(namespace.kubeConfig, { token: "wrong" });
		expect(await ask(kubernetesCluster(apiClients(config), namespace.name), requestIn(namespace.name))).toEqual({
			kind: "unavailable",
			cause: "unauthorized",
			why: expect.stringMatching(/^the API server does not accept the relay's token: it expired/),
		});
	});
});

describe("spawn through a proxy that misbehaves", () => {
	it.each([
		[{ do: "answer", status: 429, body: { reason: "TooManyRequests", message: "slow down" } }, "429 slow down"],
		[{ do: "answer", status: 500, body: "<h1>broken</h1>" }, "the API server answered 500"],
		[{ do: "answer", status: 503, body: { message: "apiserver not ready" } }, "503 apiserver not ready"],
		[{ do: "answer", status: 400, body: "<h1>no</h1>" }, "a proxy in front of the API server answered 400"],
		[{ do: "answer", status: 200, body: "<h1>hello</h1>" }, "the answer was incomplete or not from the API server"],
		[{ do: "drop_request" }, "the API server cannot be reached"],
		[{ do: "drop_response" }, "the API server cannot be reached"],
		[{ do: "halve_response" }, "the API server cannot be reached"],
		[{ do: "hang" }, "the API server timed out"],
	] as const)("is unavailable on %o, then makes exactly one CodeRun", async (fault, why) => {
		const namespace = await newNamespace();
		const { kubeConfig, name } = namespace;
		const proxy = await proxyBefore(kubeConfig);
		try {
			const config = changedConfig(kubeConfig, { server: proxy.url, skipTLSVerify: true });
			const cluster = kubernetesCluster(apiClients(config), name);
			proxy.misbehave = ({ method, path }) => (method === "POST" && path.includes("/coderuns?") ? fault : undefined);
			const request = requestIn(name);
			expect(await ask(cluster, request)).toMatchObject({ kind: "unavailable", why: expect.stringContaining(why) });
			proxy.misbehave = () => undefined;
			expect(["created", "exists"]).toContain(await resultOf(cluster, request));
			expect(await namespace.coderuns()).toHaveLength(1);
		} finally {
			await proxy.stop();
		}
	});
});

async function proxyBefore(kubeConfig: Awaited<ReturnType<typeof newNamespace>>["kubeConfig"]) {
	const cluster = kubeConfig.getCurrentCluster();
	if (cluster?.caFile === undefined) throw new Error("the kubeconfig has no CA file");
	return misbehavingProxy({ server: cluster.server, caFile: cluster.caFile });
}
