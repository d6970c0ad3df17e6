import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { apiClients } from "../../../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { loadKubeConfig } from "../../../../relay/cluster/kubernetes/load-kube-config.ts";
import { temporaryFolder } from "../../../support/relay-on-directory.ts";
import { closedPort } from "../../context/odd-server.ts";
import { type Refusal, refusingApiServer, writeKubeConfig } from "./refusing-api-server.ts";

/** The cluster of a kubeconfig. */
function clusterOf(file: string) {
	const loading = loadKubeConfig({ KUBECONFIG: file });
	if (!loading.ok) throw new Error(loading.why);
	return kubernetesCluster(apiClients(loading.kubeConfig), "cto");
}

afterEach(() => vi.useRealTimers());

describe("a kubeconfig with a tokenFile", () => {
	it("is read from the kubeconfig's folder, and again after the token was rotated", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		await writeFile(join(folder, "token"), "the-first\n");
		const file = await writeKubeConfig(
			folder,
			{ server: api.server, "certificate-authority": "ca.crt" },
			{ tokenFile: "token", token: "an-old-one" },
		);
		const cluster = clusterOf(file);
		expect(await cluster.ready()).toEqual({ kind: "ready" });
		expect(api.authorizations).toEqual(["Bearer the-first", "Bearer the-first"]);

		await writeFile(join(folder, "token"), "the-second\n");
		vi.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
		vi.advanceTimersByTime(61_000);
		expect(await cluster.ready()).toEqual({ kind: "ready" });
		expect(api.authorizations.slice(2)).toEqual(["Bearer the-second", "Bearer the-second"]);
	});

	it("reports an unreadable file, at the start and later", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		const cluster = { server: api.server, "certificate-authority": "ca.crt" };
		const file = await writeKubeConfig(folder, cluster, { tokenFile: "token" });
		const why = `its tokenFile ${folder}/token cannot be read (ENOENT)`;
		expect(loadKubeConfig({ KUBECONFIG: file })).toEqual({ ok: false, why: `KUBECONFIG: ${why}` });

		await writeFile(join(folder, "token"), "there");
		const running = clusterOf(file);
		await rm(join(folder, "token"));
		expect(await running.ready()).toEqual({
			kind: "unavailable",
			cause: "credentials",
			why: `the kubeconfig cannot be used: ${why}`,
		});
	});
});

describe("a kubeconfig with a command", () => {
	it("names a missing command", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		const exec = {
			...{ apiVersion: "client.authentication.k8s.io/v1", command: "cloud-token-helper" },
			...{ args: ["token"], interactiveMode: "Never" },
		};
		const file = await writeKubeConfig(folder, { server: api.server, "certificate-authority": "ca.crt" }, { exec });
		expect(await clusterOf(file).ready()).toEqual({
			kind: "unavailable",
			cause: "credentials",
			why: "the kubeconfig's command cloud-token-helper was not found: install it where the relay runs, or give a token",
		});
	});

	it("names a failing command, and shows nothing that it printed", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		const helper = join(folder, "helper");
		await writeFile(helper, "#!/bin/sh\necho s3cret >&2\nexit 3\n");
		await chmod(helper, 0o755);
		const exec = { apiVersion: "client.authentication.k8s.io/v1", command: helper, interactiveMode: "Never" };
		const file = await writeKubeConfig(folder, { server: api.server, "certificate-authority": "ca.crt" }, { exec });
		const ready = await clusterOf(file).ready();
		expect(ready).toMatchObject({
			cause: "credentials",
			why: `the kubeconfig's command ${helper} returns no credentials: run it by hand as the relay's user`,
		});
		expect(JSON.stringify(ready)).not.toContain("s3cret");
	});
});

describe("a kubeconfig that cannot be used", () => {
	const server = "https://127.0.0.1:6443";
	it.each([
		[
			"plain http",
			{ server: "http://127.0.0.1:8001" },
			{},
			"the server of its cluster t is plain http, and credentials are never sent over it: give its https address (for kubectl proxy on this machine, insecure-skip-tls-verify: true)",
		],
		[
			"a CA file that is not there",
			{ server, "certificate-authority": "/nowhere/ca.crt" },
			{},
			"its certificate-authority /nowhere/ca.crt cannot be read (ENOENT)",
		],
		[
			"no current context",
			{ server },
			{ "current-context": "" },
			"it has no current-context: kubectl config use-context NAME sets one",
		],
		[
			"a current context that it lacks",
			{ server },
			{ "current-context": "prod" },
			"its current-context prod is not one of its contexts: kubectl config get-contexts",
		],
		[
			"a context without its cluster",
			{ server },
			{ contexts: [{ name: "t", context: { cluster: "gone", user: "relay" } }] },
			"its context t names the cluster gone, which it does not define",
		],
		[
			"a context without its user",
			{ server },
			{ contexts: [{ name: "t", context: { cluster: "t", user: "gone" } }] },
			"its context t names the user gone, which it does not define",
		],
	])("is reported at the start: %s", async (_, cluster, changes, why) => {
		const file = await writeKubeConfig(await temporaryFolder(), cluster, { token: "a" }, changes);
		expect(loadKubeConfig({ KUBECONFIG: file })).toEqual({ ok: false, why: `KUBECONFIG: ${why}` });
	});
});

describe("an API server", () => {
	it("keeps its connections, also when the credentials are read again", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		const cluster = { server: api.server, "certificate-authority": "ca.crt" };
		const { ready } = clusterOf(await writeKubeConfig(folder, cluster, { token: "a" }));
		vi.useFakeTimers({ toFake: ["performance"] });
		for (let round = 0; round < 10; round++) {
			expect(await ready()).toEqual({ kind: "ready" });
			vi.advanceTimersByTime(2_000);
		}
		expect(api.authorizations).toEqual(Array.from({ length: 20 }, () => "Bearer a"));
		// Two calls are made at once, and one may begin before the connection of another is free.
		expect(api.connections()).toBeLessThanOrEqual(4);
	});

	const FORBIDDEN =
		'leases.coordination.k8s.io is forbidden: User "system:serviceaccount:cto:healer-relay" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "cto"';
	const ANONYMOUS = FORBIDDEN.replace("system:serviceaccount:cto:healer-relay", "system:anonymous");
	const isLease = (url = "") => url.includes("/leases");
	it.each<[string, (url?: string) => Refusal | undefined, string, string]>([
		[
			"does not know the token",
			() => ({ code: 401, reason: "Unauthorized", message: "Unauthorized" }),
			"unauthorized",
			"the API server does not accept the relay's token: it expired or belongs to another cluster; renew it in the kubeconfig, or restart the Pod",
		],
		[
			"knows nobody by these credentials",
			() => ({ code: 403, reason: "Forbidden", message: ANONYMOUS }),
			"unauthorized",
			"the API server accepts no credentials of the relay (system:anonymous): give the kubeconfig's user a token, tokenFile, certificate or exec",
		],
		[
			"forbids it",
			() => ({ code: 403, reason: "Forbidden", message: FORBIDDEN }),
			"forbidden",
			`the relay lacks the permission to create leases.coordination.k8s.io: ${FORBIDDEN}; kubectl apply -k deploy/relay grants what it needs`,
		],
		[
			"has no such namespace",
			() => ({ code: 404, reason: "NotFound", message: 'namespaces "cto" not found' }),
			"no_namespace",
			"the namespace cto does not exist: create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml",
		],
		[
			"has no CodeRun definition",
			(url) => (isLease(url) ? undefined : { code: 404 }),
			"no_kind",
			"the cluster has no CodeRun resource (agents.platform/v1): install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml",
		],
		["fails", () => ({ code: 500, message: "etcd is away" }), "api_server", "the API server answered 500 etcd is away"],
	])("that %s: %#", async (_, refuse, cause, why) => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder, ({ url }) => refuse(url));
		const cluster = { server: api.server, "certificate-authority": "ca.crt" };
		const file = await writeKubeConfig(folder, cluster, { token: "a" });
		expect(await clusterOf(file).ready()).toEqual({ kind: "unavailable", cause, why });
	});

	it("that refuses the spec is reported with the field and the fix", async () => {
		const folder = await temporaryFolder();
		const causes = [{ field: "spec.model", message: "Required value" }];
		const api = await refusingApiServer(folder, () => ({
			code: 422,
			reason: "Invalid",
			message: "is invalid",
			causes,
		}));
		const cluster = { server: api.server, "certificate-authority": "ca.crt" };
		const { createCodeRun } = clusterOf(await writeKubeConfig(folder, cluster, { token: "a" }));
		const metadata = { name: "healer-ci-rex-ed573f914714fbca", namespace: "cto", labels: {}, annotations: {} };
		const coderun = { apiVersion: "agents.platform/v1", kind: "CodeRun", metadata, spec: {} } as const;
		expect(await createCodeRun(coderun, 5_000)).toEqual({
			kind: "refused",
			why: "spec.model: Required value; change spawn.spec in pipeline.yaml to match the cluster's CodeRun definition (kubectl explain coderun.spec)",
		});
	});

	it("that is down is reported with its address", async () => {
		const port = await closedPort();
		const file = await writeKubeConfig(
			await temporaryFolder(),
			{ server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
			{ token: "a" },
		);
		expect(await clusterOf(file).ready()).toEqual({
			kind: "unavailable",
			cause: "unreachable",
			why: `the API server cannot be reached: 127.0.0.1:${port} refused the connection (ECONNREFUSED)`,
		});
	});

	it("with an untrusted certificate is reported", async () => {
		const folder = await temporaryFolder();
		const api = await refusingApiServer(folder);
		const file = await writeKubeConfig(folder, { server: api.server }, { token: "a" });
		expect(await clusterOf(file).ready()).toEqual({
			kind: "unavailable",
			cause: "unreachable",
			why: "the API server cannot be reached: the certificate of the server is signed by an untrusted authority (add it by NODE_EXTRA_CA_CERTS, or a kubeconfig's certificate-authority) (DEPTH_ZERO_SELF_SIGNED_CERT)",
		});
	});
});
