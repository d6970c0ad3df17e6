import { CoreV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { applyDefinition } from "../../cli/cluster/apply-definition.ts";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { namespaceOf } from "./support/namespace.ts";
import { mustBeOk, ownCluster } from "./support/own-cluster.ts";
import { startReporting } from "./support/reporting.ts";
import { ask, requestIn, resultOf } from "./support/spawning.ts";
import { standInWorker } from "./support/stand-in-worker.ts";

describe("a relay on a cluster of its own", () => {
	it("is not ready without namespace, CodeRun kind or API server, and recovers when they appear", async () => {
		const own = await ownCluster();
		const cluster = kubernetesCluster(apiClients(own.kubeConfig), "cto");
		expect(await cluster.ready()).toEqual({
			kind: "unavailable",
			cause: "no_namespace",
			why: "the namespace cto does not exist: create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml",
		});
		await own.kubeConfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: "cto" } } });
		const noKind = {
			kind: "unavailable",
			cause: "no_kind",
			why: "the cluster has no CodeRun resource (agents.platform/v1): install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml",
		};
		expect(await cluster.ready()).toEqual(noKind);
		const request = requestIn("cto", { max_active: 0 });
		expect(await ask(cluster, request)).toEqual(noKind);
		await applyDefinition(own.kubeconfig);
		expect(await cluster.ready()).toEqual({ kind: "ready" });
		expect(await resultOf(cluster, request)).toBe("created");

		const worker = await standInWorker();
		startReporting(own.kubeConfig, "cto", worker.url);
		const namespace = namespaceOf(own.kubeConfig, "cto");
		await own.stopApiServer();
		expect(await cluster.ready()).toMatchObject({
			kind: "unavailable",
			why: expect.stringContaining("cannot be reached"),
		});
		const during = requestIn("cto", { max_active: 0 });
		expect(await resultOf(cluster, during)).toContain("unavailable");
		mustBeOk(await own.startApiServer());
		await expect.poll(() => resultOf(cluster, during), { timeout: 30_000 }).toMatch(/created|exists/);
		for (const { metadata } of await namespace.coderuns()) {
			await namespace.setStatus(metadata.name, { phase: "Succeeded" });
		}
		await expect.poll(() => worker.taken.length, { timeout: 60_000 }).toBe(2);
		expect(await namespace.coderuns()).toHaveLength(2);
	});
});
