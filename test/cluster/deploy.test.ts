import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
	ApiException,
	AppsV1Api,
	AuthorizationV1Api,
	CoreV1Api,
	type KubeConfig,
	PolicyV1Api,
	type V1PodSpec,
} from "@kubernetes/client-node";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import * as z from "zod";
import { doctor } from "../../cli/doctor.ts";
import { systemClock } from "../../relay/clock.ts";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { sweepLeases } from "../../relay/cluster/kubernetes/sweep-leases.ts";
import { signMessage } from "../../wire/signature.ts";
import type { SpawnRequest } from "../../wire/spawn.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { applyArgoDefinitions } from "./servers/argo-definitions.ts";
import { installChart } from "./servers/helm-program.ts";
import { applyFolder, configOf, podSpecOf, startDeployedRelay } from "./support/deployed-relay.ts";
import { adminConfig, namespaceOf, newNamespace } from "./support/namespace.ts";
import { postSpawn } from "./support/relay-process.ts";
import { requestIn } from "./support/spawning.ts";
import { SECRETS, standInWorker } from "./support/stand-in-worker.ts";

/** The names in the manifests. */
const NAMESPACE = "cto";
/** Where the chart is installed. */
const CHARTS = "charts";
const SOON = { timeout: 60_000 };

describe("deploy/relay, its chart and deploy/tunnel", () => {
	const admin = adminConfig();
	const core = admin.makeApiClient(CoreV1Api);
	let account: KubeConfig;

	beforeAll(async () => {
		for (const [name, secret] of [
			[NAMESPACE, "healer-relay"],
			[CHARTS, "relay-secrets"],
		] as const) {
			const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
			await core.createNamespace({ body: { metadata: { name, labels } } });
			const stringData = { HEALER_WIRE_SECRETS: SECRETS.join(" ") };
			await core.createNamespacedSecret({ namespace: name, body: { metadata: { name: secret }, stringData } });
		}
		await applyFolder("relay");
		await applyFolder("tunnel");
		await installInCluster();
		account = await configOf(NAMESPACE, "healer-relay");
	}, 600_000);

	it("are accepted by the API server unchanged, and apply again without a change", async () => {
		expect(await applyFolder("relay")).toEqual([
			expect.stringMatching(/^configmap\/healer-relay-\w+ unchanged$/),
			"deployment.apps/healer-relay unchanged",
			"networkpolicy.networking.k8s.io/healer-relay unchanged",
			"poddisruptionbudget.policy/healer-relay configured",
			"role.rbac.authorization.k8s.io/healer-relay unchanged",
			"rolebinding.rbac.authorization.k8s.io/healer-relay unchanged",
			"service/healer-relay unchanged",
			"serviceaccount/healer-relay unchanged",
		]);
		expect(await applyFolder("tunnel")).toEqual([
			expect.stringMatching(/^configmap\/healer-tunnel-\w+ unchanged$/),
			"deployment.apps/healer-tunnel unchanged",
			"networkpolicy.networking.k8s.io/healer-tunnel unchanged",
			"poddisruptionbudget.policy/healer-tunnel configured",
		]);
		// kubectl sends a budget's selector with every apply, since the API replaces it as a whole; that changed nothing.
		const policy = admin.makeApiClient(PolicyV1Api);
		const { items } = await policy.listNamespacedPodDisruptionBudget({ namespace: NAMESPACE });
		expect(items.map(({ metadata }) => [metadata?.name, metadata?.generation])).toEqual([
			["healer-relay", 1],
			["healer-tunnel", 1],
		]);
	});

	it("the chart is installed with notes that say what to do next, and upgrades without a change", async () => {
		const notes = await installInCluster();
		expect(notes).toContain(`kubectl -n ${CHARTS} rollout status deployment/healer-relay`);
		expect(notes).toContain(`kubectl -n ${CHARTS} create secret generic relay-secrets --from-literal=`);
		expect(notes).toContain("WARNING: settings.HEALER_URL is still https://healer.example.com.");
		const deployment = await admin
			.makeApiClient(AppsV1Api)
			.readNamespacedDeployment({ namespace: CHARTS, name: "healer-relay" });
		expect(deployment.metadata?.generation).toBe(1);
		const url = await installInCluster("--set", "settings.HEALER_URL=https://healer.acme.dev");
		expect(url).not.toContain("WARNING");
	});

	it.each([
		[NAMESPACE, "healer-relay"],
		[NAMESPACE, "healer-tunnel"],
		[CHARTS, "healer-relay"],
	])("in %s, %s runs under the restricted Pod Security Standard", async (namespace, name) => {
		const spec = await podSpecOf(namespace, name);
		expect(await admission(spec)).toBe("taken");
		expect(spec.containers[0]?.securityContext?.readOnlyRootFilesystem).toBe(true);
		const root = { ...spec, securityContext: { ...spec.securityContext, runAsUser: 0 } };
		expect(await admission(root)).toContain('violates PodSecurity "restricted:latest"');
	});

	it.each([NAMESPACE, CHARTS])("in %s, the relay's account is allowed all that a relay does", async (where) => {
		const worker = await standInWorker();
		const namespace = namespaceOf(admin, where);
		const account = await configOf(where, "healer-relay");
		const relay = await startDeployedRelay(where, account, worker.url);
		onTestFinished(relay.stop);
		const ready = await fetch(`${relay.url}/readyz`);
		expect([ready.status, await ready.text()]).toEqual([200, "ok\n"]);

		const [finished, overdue, deleted] = [spawning(where), spawning(where, { deadline_s: 1 }), spawning(where)];
		for (const request of [finished, overdue, deleted]) {
			const { name } = request.coderun.metadata;
			expect(await postSpawn(relay.url, request)).toEqual({ result: "created", coderun_name: name });
			expect(await postSpawn(relay.url, request)).toEqual({ result: "exists", coderun_name: name });
		}
		expect(await postSpawn(relay.url, spawning(where, { claims: finished.claims }))).toMatchObject({
			result: "held",
			by: finished.incident_id,
			claim: "branch",
		});
		await namespace.setStatus(finished.coderun.metadata.name, { phase: "Succeeded" });
		await namespace.deleteCodeRun(deleted.coderun.metadata.name);
		await expect
			.poll(() => phases(worker.taken), SOON)
			.toEqual({
				[finished.incident_id]: "Succeeded",
				[overdue.incident_id]: "TimedOut",
				[deleted.incident_id]: "Deleted",
			});
		await expect.poll(() => namespace.coderuns("!healer/reported"), SOON).toEqual([]);
		expect((await namespace.coderuns()).map(({ metadata }) => metadata.name)).toEqual([finished.coderun.metadata.name]);

		const inAMonth = { ...systemClock, now: () => Date.now() + 31 * 24 * 3_600_000 };
		const sweep = { clients: apiClients(account), namespace: where, clock: inAMonth, log: () => {} };
		expect(await sweepLeases(sweep)).toMatchObject({ kind: "swept" });
		expect(await namespace.leases()).toEqual([]);
		expect(relay.log.filter(({ level }) => level !== "info")).toEqual([]);
	});

	it.each([NAMESPACE, CHARTS])("in %s, the relay's account is allowed nothing else", async (where) => {
		const account = await configOf(where, "healer-relay");
		const everybody = [
			{
				apiGroups: ["authorization.k8s.io"],
				resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
				verbs: ["create"],
			},
			{ apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
		];
		expect(await rulesOf(account, where)).toEqual(
			sorted([
				...everybody,
				{
					apiGroups: ["coordination.k8s.io"],
					resources: ["leases"],
					verbs: ["get", "list", "create", "update", "patch", "delete"],
				},
				{
					apiGroups: ["agents.platform"],
					resources: ["coderuns"],
					verbs: ["get", "list", "watch", "create", "patch", "delete"],
				},
				{ apiGroups: [""], resources: ["pods", "events"], verbs: ["list"] },
				{ apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["get", "list"] },
			]),
		);
		expect(await rulesOf(account, "default")).toEqual(sorted(everybody));
	});

	it("the relay's account reads Applications of argocd, and nothing else there, once it may", async () => {
		await core.createNamespace({ body: { metadata: { name: "argocd" } } });
		expect(await applyFolder("argocd-reader")).toHaveLength(2);
		const rules = await rulesOf(account, "argocd");
		expect(rules).toContainEqual({ apiGroups: ["argoproj.io"], resources: ["applications"], verbs: ["get", "list"] });
		expect(rules).toContainEqual({ apiGroups: [""], resources: ["events"], verbs: ["list"] });
		expect(rules).toHaveLength((await rulesOf(account, "default")).length + 2);
	});

	it("the relay gathers context with what its account may read", async () => {
		const worker = await standInWorker();
		const relay = await startDeployedRelay(NAMESPACE, account, worker.url);
		onTestFinished(relay.stop);
		await applyArgoDefinitions(admin);
		const metadata = { name: "web-1", labels: { app: "web" } };
		const security = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
		const container = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
		const containers = [{ name: "app", image: "app", securityContext: container }];
		await core.createNamespacedPod({
			namespace: NAMESPACE,
			body: { metadata, spec: { containers, securityContext: security } },
		});
		const timeout_ms = 5_000;
		const sources = [
			{ name: "pods", from: "kubernetes.pods", with: { labels: { app: "web" } }, timeout_ms },
			{
				name: "elsewhere",
				from: "kubernetes.pods",
				with: { labels: { app: "web" }, namespace: "default" },
				timeout_ms,
			},
			{ name: "workflow", from: "argo.workflow", with: { labels: { app: "web" } }, timeout_ms },
			{ name: "loki", from: "loki.query_range", with: { query: "{}" }, timeout_ms },
		];
		expect(await postContext(relay.url, sources)).toMatchObject([
			{ status: "ok", data: { pods: ["web-1: Pending, 0 restarts"], events: [] } },
			{ status: "failed", why: expect.stringContaining("HEALER_CONTEXT_NAMESPACES") },
			{ status: "empty" },
			{ status: "skipped", why: "LOKI_URL is not set" },
		]);
	});

	describe("doctor", () => {
		it("finds them ok", async () => {
			const worker = await standInWorker();
			const relay = await startDeployedRelay(NAMESPACE, account, worker.url);
			onTestFinished(relay.stop);
			expect(await examined({ RELAY_URL: relay.url, HEALER_WIRE_SECRETS: SECRETS.join(",") })).toEqual([
				0,
				expect.stringMatching(/^ok {7}pipeline .* is valid: version /),
				"unknown  worker                 not checked. Set HEALER_URL to its address.",
				"unknown  GitHub App             not checked. Set GITHUB_APP_ID and GITHUB_PRIVATE_KEY.",
				expect.stringMatching(/^warning {2}unknown heads {10}without an App nobody can be asked/),
				`ok       relay                  ${relay.url} is running.`,
				"ok       relay's cluster        accepts CodeRuns.",
				"ok       wire, at the relay     the relay accepts it.",
				"unknown  versions               not compared. Set HEALER_URL and RELAY_URL.",
				expect.stringMatching(/^ok {7}cluster {16}https:.* answers \(v1\.\d+\.\d+\)\.$/),
				"ok       namespace              cto exists.",
				"ok       CodeRun definition     agents.platform/v1 is served.",
				"ok       permissions            ServiceAccount healer-relay has every permission that a relay needs in cto.",
				"ok       relay's policy         creates the CodeRuns of every agent of the pipeline.",
				"unknown  relay's worker         https://healer.example.com, not compared. Set HEALER_URL to the worker's address.",
				"ok       namespaces             cto in spawn.namespace of the pipeline, deploy/relay, deploy/tunnel. Not named by HEALER_NAMESPACE, RELAY_URL, RELAY_URL in wrangler.toml, the kubeconfig's context.",
				"ok       GitHub's host          GITHUB_API_URL and the pipeline name the same host.",
				"",
				"11 ok, 1 warning, 0 failed, 4 unknown.",
			]);
			const [code, ...lines] = await examined({
				RELAY_URL: relay.url,
				HEALER_WIRE_SECRETS: `${SECRETS[0]} whsec_YW5vdGhlciB3aXJlIHNlY3JldCBvZiB0aGUgdGVzdHM=`,
			});
			expect([code, lines.find((line) => String(line).startsWith("failed"))]).toEqual([
				1,
				"failed   wire, at the relay     the relay refuses secret 2 of 2 in HEALER_WIRE_SECRETS. Copy the worker's value into the Secret healer-relay, then run kubectl -n cto rollout restart deployment/healer-relay.",
			]);
		});

		it("names what a namespace and an account lack", async () => {
			const other = await newNamespace();
			const config = await other.serviceAccount([
				{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["*"] },
				{ apiGroups: ["", "argoproj.io"], resources: ["events", "workflows"], verbs: ["get", "list"] },
				{ apiGroups: ["agents.platform"], resources: ["coderuns"], verbs: ["get", "list", "create", "delete"] },
			]);
			const as = await kubeconfigFile(config);
			const reported = (await examined({ KUBECONFIG: as, HEALER_NAMESPACE: other.name })).map(String);
			expect(
				reported.slice(
					reported.findIndex((line) => line.startsWith("unknown  namespace ")),
					-2,
				),
			).toEqual([
				"unknown  namespace              this account may not read namespaces. Set KUBECONFIG to one of an account that may.",
				"ok       CodeRun definition     agents.platform/v1 is served.",
				`failed   permissions            this kubeconfig's account may not watch coderuns.agents.platform, patch coderuns.agents.platform, list pods in ${other.name}. Grant them: kubectl apply -k deploy/relay, or helm upgrade.`,
				"unknown  relay's policy         this account may not read the relay's Deployment and ConfigMap. Set KUBECONFIG to one of an account that may.",
				expect.stringContaining(
					`failed   namespaces             spawn.namespace of the pipeline is cto, HEALER_NAMESPACE is ${other.name}, `,
				),
				"ok       GitHub's host          GITHUB_API_URL and the pipeline name the same host.",
			]);
			const [code, ...lines] = await examined({ HEALER_NAMESPACE: "nowhere" });
			expect([code, lines.find((line) => String(line).startsWith("failed   namespace "))]).toEqual([
				1,
				"failed   namespace              nowhere does not exist. Create it: kubectl create namespace nowhere.",
			]);
		});
	});

	/** Whether a Pod of that kind would be admitted. */
	async function admission(spec: V1PodSpec): Promise<string> {
		try {
			const body = { metadata: { name: "tried" }, spec };
			await core.createNamespacedPod({ namespace: NAMESPACE, dryRun: "All", body });
			return "taken";
		} catch (error) {
			if (error instanceof ApiException) return JSON.parse(String(error.body)).message;
			throw error;
		}
	}
});

async function postContext(url: string, sources: readonly object[]): Promise<unknown> {
	const body = JSON.stringify({ incident_id: "0123456789abcdef0123456789abcdef", sources });
	const headers = signMessage(SECRETS, { id: "context-1", at: Date.now() / 1000, body });
	const response = await fetch(`${url}/v1/context`, { method: "POST", body, headers: { ...headers } });
	const { results } = z.object({ results: z.unknown() }).parse(await response.json());
	return results;
}

/** As docs/deploy.md has it, with a Secret of another name. */
function installInCluster(...options: readonly string[]): Promise<string> {
	const flags = ["--kubeconfig", inject("kubeconfig"), "--set", "existingSecret=relay-secrets"];
	return installChart(CHARTS, ...flags, ...options);
}

function spawning(namespace: string, changes: Partial<SpawnRequest> = {}): SpawnRequest {
	return requestIn(namespace, { max_active: 0, ...changes });
}

function phases(taken: readonly { readonly incident_id: string; readonly phase: string }[]): Record<string, string> {
	return Object.fromEntries(taken.map(({ incident_id, phase }) => [incident_id, phase]));
}

/** The permissions that `kubectl auth can-i --list` shows. */
async function rulesOf(config: KubeConfig, namespace: string): Promise<readonly object[]> {
	const api = config.makeApiClient(AuthorizationV1Api);
	const { status } = await api.createSelfSubjectRulesReview({ body: { spec: { namespace } } });
	expect(status?.incomplete).toBe(false);
	return sorted(
		status?.resourceRules.map(({ apiGroups, resources, verbs }) => ({ apiGroups, resources, verbs })) ?? [],
	);
}

function sorted(rules: readonly object[]): readonly object[] {
	return rules.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function kubeconfigFile(config: KubeConfig): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-doctor-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	await writeFile(path.join(folder, "kubeconfig"), config.exportConfig(), { mode: 0o600 });
	return path.join(folder, "kubeconfig");
}

/** The exit code, then the lines. */
async function examined(env: NodeJS.ProcessEnv): Promise<readonly unknown[]> {
	const output = recordedOutput();
	const code = await doctor(
		{ pipeline: "pipeline.yaml" },
		{ KUBECONFIG: inject("kubeconfig"), HEALER_STATE_DIR: "/nonexistent", ...env },
		output,
	);
	return [code, ...output.lines];
}
