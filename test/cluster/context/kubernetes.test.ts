import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
	CoreV1Api,
	CustomObjectsApi,
	type KubeConfig,
	PatchStrategy,
	setHeaderOptions,
	V1MicroTime,
	type V1PodStatus,
} from "@kubernetes/client-node";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { ArgocdApplication, ArgoWorkflow, RelatedPods } from "../../../pipeline/context.ts";
import { applyArgoDefinitions } from "../servers/argo-definitions.ts";
import { adminConfig, type Namespace, newNamespace } from "../support/namespace.ts";
import { askSource } from "./support.ts";

const ARGO = { group: "argoproj.io", version: "v1alpha1" };

describe("the sources that read the API server", () => {
	const admin = adminConfig();
	const core = admin.makeApiClient(CoreV1Api);
	const objects = admin.makeApiClient(CustomObjectsApi);
	let namespace: Namespace;
	/** A kubeconfig with the permissions of `deploy/relay/rbac.yaml`. */
	let cluster: KubeConfig;
	beforeAll(async () => {
		const anywhere = { cluster: admin, own: "default" };
		const before = await askSource("argo.workflow", { name: "any" }, anywhere);
		await applyArgoDefinitions(admin);
		// Works on a fresh cluster, and on one that has them already.
		const after = { status: "empty" };
		expect([{ status: "failed", why: "the cluster has no such kind" }, after]).toContainEqual(before);
		expect(await askSource("argo.workflow", { name: "any" }, anywhere)).toEqual(after);
		namespace = await newNamespace();
		cluster = await namespace.serviceAccount([
			{ apiGroups: [""], resources: ["pods", "events"], verbs: ["list"] },
			{ apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["get", "list"] },
			{ apiGroups: ["argoproj.io"], resources: ["applications"], verbs: ["get", "list"] },
		]);
	});

	describe("kubernetes.pods", () => {
		const ask = (parameters: Readonly<Record<string, unknown>>) =>
			askSource("kubernetes.pods", parameters, { cluster, own: namespace.name });

		it("shows the pods that match a selector, the worst first, and their newest events", async () => {
			await pod("web-1", { app: "web" }, { phase: "Running", containerStatuses: [status({ restartCount: 0 })] });
			await pod(
				"web-2",
				{ app: "web" },
				{
					phase: "Running",
					containerStatuses: [
						status({
							restartCount: 7,
							state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s\nrestarting" } },
							lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
						}),
					],
				},
			);
			await pod("other-1", { app: "other" }, { phase: "Pending" });
			await event("web-2", "BackOff", "Back-off restarting failed container", { lastTimestamp: at(2), count: 12 });
			await event("web-2", "Pulled", "Image is there", { lastTimestamp: at(9), type: "Normal" });
			await event("web-1", "Unhealthy", "Readiness probe failed", { eventTime: new V1MicroTime(at(5).getTime()) });
			await event("other-1", "FailedScheduling", "0/3 nodes", { lastTimestamp: at(1) });
			expect(await ask({ labels: { app: "web" } })).toEqual({
				status: "ok",
				data: {
					pods: [
						"web-2: Running, 7 restarts, app waiting: CrashLoopBackOff (back-off 5m0s\\nrestarting), app terminated: OOMKilled, exit code 137",
						"web-1: Running, 0 restarts",
					],
					events: [
						`${at(2).toISOString()} web-2: Warning BackOff, 12 times: Back-off restarting failed container`,
						`${at(5).toISOString()} web-1: Warning Unhealthy: Readiness probe failed`,
						`${at(9).toISOString()} web-2: Normal Pulled: Image is there`,
					],
				} satisfies RelatedPods,
			});
			expect(await ask({ selector: "app in (web)", labels: { app: "web" }, limit: 1 })).toMatchObject({
				data: { pods: [expect.stringMatching(/^web-2/), "and 1 more"] },
			});
			expect(await ask({ labels: { app: "nobody" } })).toEqual({ status: "empty" });
		});

		it("reads no namespace that is not configured, and reads configured ones", async () => {
			const parameters = { namespace: "kube-system", labels: { app: "web" } };
			expect(await ask(parameters)).toMatchObject({
				why: "this relay does not read the namespace kube-system: add it to HEALER_CONTEXT_NAMESPACES",
			});
			const env = { HEALER_CONTEXT_NAMESPACES: "kube-system" };
			expect(await askSource("kubernetes.pods", parameters, { env, cluster, own: namespace.name })).toMatchObject({
				status: "failed",
				why: expect.stringMatching(/^the relay lacks the permission to list pods: /),
			});
			expect(await askSource("kubernetes.pods", parameters, { env, cluster: admin })).toEqual({ status: "empty" });
		});

		it("reports an invalid selector of the pipeline", async () => {
			expect(await ask({ selector: "app in (" })).toEqual({
				status: "failed",
				why: expect.stringContaining("unable to parse requirement"),
			});
		});
	});

	describe("argo.workflow", () => {
		const ask = (parameters: Readonly<Record<string, unknown>>) =>
			askSource("argo.workflow", parameters, { cluster, own: namespace.name });

		it("shows phase, message and failed nodes, by name and for the newest match of a selector", async () => {
			await workflow("play-old", { play: "implement" }, { phase: "Succeeded" });
			// Creation times are whole seconds.
			await new Promise((resolve) => setTimeout(resolve, 1_100));
			await workflow(
				"play-new",
				{ play: "implement" },
				{
					phase: "Failed",
					message: "child failed",
					startedAt: "2026-01-02T03:04:05Z",
					finishedAt: "2026-01-02T03:09:05Z",
					nodes: {
						"play-new": { displayName: "play-new", type: "Steps", phase: "Failed", message: "child failed" },
						"play-new-1": { displayName: "[0].build", templateName: "build", type: "Pod", phase: "Succeeded" },
						"play-new-2": {
							displayName: "[1].test",
							templateName: "test",
							type: "Pod",
							phase: "Error",
							message: "exit\n1",
						},
					},
				},
			);
			const answer = {
				status: "ok",
				data: {
					name: "play-new",
					phase: "Failed",
					message: "child failed",
					started_at: "2026-01-02T03:04:05Z",
					finished_at: "2026-01-02T03:09:05Z",
					failed_nodes: ["play-new (Steps) Failed: child failed", "[1].test (Pod) of test Error: exit\\n1"],
				} satisfies ArgoWorkflow,
			};
			expect(await ask({ name: "play-new" })).toEqual(answer);
			expect(await ask({ labels: { play: "implement" } })).toEqual(answer);
			expect(await ask({ labels: { play: "review" } })).toEqual({ status: "empty" });
			expect(await ask({ name: "nothing" })).toEqual({ status: "empty" });
		});

		it("reports compressed nodes", async () => {
			await workflow("packed", {}, { phase: "Failed", compressedNodes: "H4sIAAAA" });
			expect(await ask({ name: "packed" })).toMatchObject({
				status: "ok",
				incomplete: "the Workflow's nodes are compressed or stored elsewhere",
			});
		});
	});

	describe("argocd.application", () => {
		const where = () => ({ cluster, own: namespace.name });
		const application = {
			health: { status: "Degraded" },
			sync: { status: "OutOfSync", revision: "abc123" },
			resources: [
				{ group: "apps", version: "v1", kind: "Deployment", namespace: "cto", name: "web", status: "OutOfSync" },
			],
			conditions: [{ type: "ComparisonError", message: "failed to load\ntarget state" }],
			operationState: {
				...{ phase: "Failed", message: "one or more objects failed to apply" },
				...{ startedAt: "2026-01-02T03:04:05Z", finishedAt: "2026-01-02T03:04:09Z", operation: {} },
			},
		};
		const shown = {
			health: "Degraded",
			sync: "OutOfSync",
			revision: "abc123",
			unhealthy: [],
			out_of_sync: ["apps/Deployment cto/web: OutOfSync"],
			resources: "1 resource: 1 without health",
			operation: "Failed at 2026-01-02T03:04:09Z: one or more objects failed to apply",
			conditions: ["ComparisonError: failed to load\\ntarget state"],
		} satisfies ArgocdApplication;

		it("reads the Application resource without ARGOCD_SERVER", async () => {
			await newApplication("shop", application);
			await newApplication("healthy", {
				...application,
				health: { status: "Healthy" },
				resources: [
					{
						kind: "Service",
						version: "v1",
						namespace: "cto",
						name: "web",
						health: { status: "Missing", message: "is gone" },
					},
				],
			});
			const parameters = { namespace: namespace.name };
			expect(await askSource("argocd.application", { ...parameters, name: "shop" }, where())).toEqual({
				status: "ok",
				data: { name: "shop", ...shown },
			});
			expect(await askSource("argocd.application", { ...parameters, name: "healthy" }, where())).toMatchObject({
				data: { health: "Healthy", unhealthy: ["Service cto/web: Missing: is gone"] },
			});
			expect(await askSource("argocd.application", { ...parameters, name: "none" }, where())).toEqual({
				status: "empty",
			});
			const lines = ["shop: Degraded, OutOfSync, . at HEAD", "healthy: Healthy, OutOfSync, . at HEAD"];
			expect(await askSource("argocd.application", { ...parameters, repository: "example/r" }, where())).toEqual({
				status: "ok",
				data: { name: "shop", ...shown, applications: lines },
			});
			expect(await askSource("argocd.application", { ...parameters, repository: "example/other" }, where())).toEqual({
				status: "empty",
			});
			expect(await askSource("argocd.application", { name: "shop" }, where())).toEqual({
				status: "skipped",
				why: "ARGOCD_SERVER is not set, and for the Application resource: this relay does not read the namespace argocd: add it to HEALER_CONTEXT_NAMESPACES",
			});
		});

		it("reads it and its tree from Argo CD's API, and explains 403 for a missing application", async () => {
			const asked: string[] = [];
			const server = createServer((request, response) => {
				asked.push(`${request.headers.authorization} ${request.url}`);
				response.setHeader("content-type", "application/json");
				const { pathname } = new URL(request.url ?? "", "http://argocd");
				if (pathname === "/api/v1/applications/shop") {
					response.end(
						JSON.stringify({ metadata: { name: "shop" }, spec: { project: "default" }, status: application }),
					);
				} else if (pathname === "/api/v1/applications/shop/resource-tree") {
					const web = { group: "apps", kind: "Deployment", namespace: "cto", name: "web", version: "v1", uid: "1" };
					const health = { status: "Degraded", message: "exceeded its progress deadline" };
					response.end(
						JSON.stringify({
							nodes: [
								{ ...web, health },
								{ kind: "ConfigMap", name: "settings" },
							],
						}),
					);
				} else if (pathname === "/api/v1/applications/shop/events") {
					response.end('{"metadata":{},"items":null}');
				} else {
					response.writeHead(403).end('{"error":"permission denied","code":7,"message":"permission denied"}');
				}
			});
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			onTestFinished(() => void server.close());
			const env = {
				ARGOCD_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
				ARGOCD_TOKEN: "argo-token",
			};
			expect(await askSource("argocd.application", { name: "shop" }, { env })).toEqual({
				status: "ok",
				data: {
					...{ name: "shop", ...shown, resources: "2 resources: 1 Degraded, 1 without health" },
					unhealthy: ["apps/Deployment cto/web: Degraded: exceeded its progress deadline"],
				},
			});
			expect(asked.toSorted()).toEqual([
				"Bearer argo-token /api/v1/applications/shop/events?appNamespace=argocd",
				"Bearer argo-token /api/v1/applications/shop/resource-tree?appNamespace=argocd",
				"Bearer argo-token /api/v1/applications/shop?appNamespace=argocd",
			]);
			expect(await askSource("argocd.application", { name: "none" }, { env })).toEqual({
				status: "failed",
				why: "Argo CD answered 403: the application does not exist, or ARGOCD_TOKEN may not read it",
			});
		});
	});

	async function pod(name: string, labels: Record<string, string>, podStatus: V1PodStatus): Promise<void> {
		const spec = { containers: [{ name: "app", image: "app" }] };
		await core.createNamespacedPod({ namespace: namespace.name, body: { metadata: { name, labels }, spec } });
		await core.patchNamespacedPodStatus(
			{ namespace: namespace.name, name, body: { status: podStatus } },
			setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
		);
	}

	async function event(pod: string, reason: string, message: string, more: object): Promise<void> {
		const body = {
			metadata: { generateName: `${pod}-` },
			involvedObject: { kind: "Pod", namespace: namespace.name, name: pod },
			...{
				type: "Warning",
				reason,
				message,
				reportingComponent: "kubelet",
				reportingInstance: "node-1",
				action: "Run",
			},
			...more,
		};
		await core.createNamespacedEvent({ namespace: namespace.name, body });
	}

	async function workflow(name: string, labels: Record<string, string>, status: object): Promise<void> {
		const body = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata: { name, labels }, spec: {}, status };
		await objects.createNamespacedCustomObject({ ...ARGO, plural: "workflows", namespace: namespace.name, body });
	}

	async function newApplication(name: string, status: object): Promise<void> {
		const destination = { server: "https://kubernetes.default.svc", namespace: "cto" };
		const spec = { project: "default", destination, source: { repoURL: "https://git.test/example/r.git", path: "." } };
		const metadata = { name, namespace: namespace.name };
		const body = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata, spec, status };
		await objects.createNamespacedCustomObject({ ...ARGO, plural: "applications", namespace: namespace.name, body });
	}
});

const BEGAN = Math.floor(Date.now() / 1000) * 1000;

function at(minutesAgo: number): Date {
	return new Date(BEGAN - minutesAgo * 60_000);
}

function status(more: object) {
	return { name: "app", image: "app", imageID: "", ready: false, restartCount: 0, ...more };
}
