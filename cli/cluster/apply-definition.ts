import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
	ApiException,
	ApiextensionsV1Api,
	CoreV1Api,
	CustomObjectsApi,
	KubeConfig,
	loadYaml,
	type V1CustomResourceDefinition,
} from "@kubernetes/client-node";

const DEFINITION = path.join(import.meta.dirname, "..", "..", "deploy", "crd", "coderun-crd.yaml");
const SERVED_WITHIN_MS = 20_000;

/** Installs the CodeRun kind and namespaces in a cluster, unless they exist; resolves once CodeRuns can be created. */
export async function applyDefinition(kubeconfig: string, ...namespaces: readonly string[]): Promise<void> {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	const definitions = config.makeApiClient(ApiextensionsV1Api);
	const core = config.makeApiClient(CoreV1Api);
	const body: V1CustomResourceDefinition = loadYaml(await readFile(DEFINITION, "utf8"));
	await unlessThere(definitions.createCustomResourceDefinition({ body }));
	for (const name of namespaces) await unlessThere(core.createNamespace({ body: { metadata: { name } } }));

	await untilServed(config.makeApiClient(CustomObjectsApi), body);
}

/** A new kind is established first, and served a little later. */
async function untilServed(objects: CustomObjectsApi, { spec }: V1CustomResourceDefinition): Promise<void> {
	const kind = { group: spec.group, version: spec.versions[0]?.name ?? "", plural: spec.names.plural };
	const deadline = performance.now() + SERVED_WITHIN_MS;
	for (;;) {
		try {
			await objects.listNamespacedCustomObject({ ...kind, namespace: "default" });
			return;
		} catch (error) {
			if (!(error instanceof ApiException) || performance.now() > deadline) throw error;
			await delay(50);
		}
	}
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
	try {
		await creation;
	} catch (error) {
		if (error instanceof ApiException && error.code === 409) return;
		throw error;
	}
}
