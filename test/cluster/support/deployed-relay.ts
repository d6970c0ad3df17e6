import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { AppsV1Api, CoreV1Api, type KubeConfig, type V1Container, type V1PodSpec } from "@kubernetes/client-node";
import { inject } from "vitest";
import { findClusterBinaries } from "../../../cli/cluster/cluster-binaries.ts";
import { bundleRelay } from "../../../cli/relay-bundle.ts";
import { adminConfig, changedConfig } from "./namespace.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

/** Applies a folder of `deploy/` as a person does; returns kubectl's lines. */
export function applyFolder(folder: string): Promise<readonly string[]> {
	return apply("-k", path.join(ROOT, "deploy", folder));
}

/** Asks the API server whether it would accept these manifests; returns kubectl's lines. */
export async function applyDryRun(manifests: string): Promise<readonly string[]> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-manifests-"));
	try {
		await writeFile(path.join(folder, "manifests.yaml"), manifests);
		return await apply("--dry-run=server", "-f", path.join(folder, "manifests.yaml"));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function apply(...what: readonly string[]): Promise<readonly string[]> {
	const binaries = await findClusterBinaries(process.env);
	if (!binaries.ok) throw new Error(binaries.problem);
	const cache = await mkdtemp(path.join(tmpdir(), "healer-kubectl-"));
	const flags = ["apply", "--validate=strict", "--cache-dir", cache, ...what];
	const env = { KUBECONFIG: inject("kubeconfig") };
	try {
		const { stdout } = await promisify(execFile)(binaries.value.kubectl, flags, { env });
		return stdout.trim().split("\n").sort();
	} finally {
		await rm(cache, { recursive: true, force: true });
	}
}

/** The Pod template of a Deployment, as the API server stores it. */
export async function podSpecOf(namespace: string, name: string): Promise<V1PodSpec> {
	const deployment = await adminConfig().makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace, name });
	const spec = deployment.spec?.template.spec;
	if (spec == null) throw new Error(`${name} makes no Pods`);
	return spec;
}

/** The kubeconfig of an existing ServiceAccount. */
export async function configOf(namespace: string, serviceAccount: string): Promise<KubeConfig> {
	const admin = adminConfig();
	const { status } = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
		...{ name: serviceAccount, namespace },
		body: { spec: { audiences: [] } },
	});
	if (status?.token === undefined) throw new Error("no token was made");
	return changedConfig(admin, { token: status.token });
}

export interface DeployedRelay {
	readonly url: string;
	readonly log: readonly { readonly level: string; readonly message: string }[];
	stop(): Promise<void>;
}

/**
 * Runs what a Pod of the Deployment would: the bundled file alone in a folder, with the environment from the manifests,
 * without permission to write files. Only its listen address and the worker's address are local.
 */
export async function startDeployedRelay(
	namespace: string,
	config: KubeConfig,
	workerUrl: string,
): Promise<DeployedRelay> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-deployed-"));
	const kubeconfig = path.join(folder, "kubeconfig");
	await writeFile(kubeconfig, config.exportConfig(), { mode: 0o600 });
	await writeFile(path.join(folder, "relay.mjs"), await bundleRelay());
	const [container] = (await podSpecOf(namespace, "healer-relay")).containers;
	if (container === undefined) throw new Error("the Deployment has no container");
	const given = await environmentOf(container, namespace);
	const here = {
		HEALER_URL: workerUrl,
		HEALER_RELAY_HOST: "127.0.0.1",
		HEALER_RELAY_PORT: "0",
		KUBECONFIG: kubeconfig,
	};
	const flags = [
		"--permission",
		"--allow-fs-read=*",
		"--allow-net",
		"--disable-warning=ExperimentalWarning",
		"relay.mjs",
	];
	const stdio = ["ignore", "pipe", "inherit"] as const;
	const child = spawn(process.execPath, flags, { cwd: folder, env: { ...given, ...here }, stdio: [...stdio] });
	const log: { level: string; message: string; url?: string }[] = [];
	return {
		url: await readyUrl(child, log),
		log,
		async stop() {
			const ended = new Promise((resolve) => child.once("exit", resolve));
			child.kill("SIGTERM");
			await ended;
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** As the kubelet would assemble it. */
async function environmentOf({ envFrom, env }: V1Container, namespace: string): Promise<Record<string, string>> {
	const core = adminConfig().makeApiClient(CoreV1Api);
	const variables: Record<string, string> = {};
	for (const { configMapRef } of envFrom ?? []) {
		const { data } = await core.readNamespacedConfigMap({ namespace, name: configMapRef?.name ?? "" });
		Object.assign(variables, data);
	}
	for (const { name, value, valueFrom } of env ?? []) {
		const ref = valueFrom?.secretKeyRef;
		if (value !== undefined) variables[name] = value;
		else if (valueFrom?.fieldRef?.fieldPath === "metadata.namespace") variables[name] = namespace;
		else if (ref !== undefined) {
			const { data } = await core.readNamespacedSecret({ namespace, name: ref.name ?? "" });
			const given = data?.[ref.key];
			if (given !== undefined) variables[name] = Buffer.from(given, "base64").toString();
			else if (ref.optional !== true) throw new Error(`the Secret ${ref.name} has no ${ref.key}`);
		} else throw new Error(`where ${name} comes from is not known here`);
	}
	return variables;
}

async function readyUrl(child: ChildProcess, log: { message: string; url?: string }[]): Promise<string> {
	if (child.stdout === null) throw new Error("the relay's output is not read");
	const lines = createInterface(child.stdout);
	return new Promise((resolve, reject) => {
		child.once("exit", () => reject(new Error(`the relay ended: ${JSON.stringify(log)}`)));
		lines.on("line", (line) => {
			const entry: { message: string; url?: string } = JSON.parse(line);
			log.push(entry);
			if (entry.message === "relay ready" && entry.url !== undefined) resolve(entry.url);
		});
	});
}
