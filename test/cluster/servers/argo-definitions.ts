import { createHash } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
	ApiException,
	ApiextensionsV1Api,
	CustomObjectsApi,
	type KubeConfig,
	loadYaml,
	type V1CustomResourceDefinition,
} from "@kubernetes/client-node";
import { cacheFolder, filledOnce, run } from "./server-cache.ts";

/** Argo's own definitions, from its modules. The one of Application is 405 KB. */
const DEFINITIONS = [
	{
		module: "github.com/argoproj/argo-cd/v3@v3.2.11",
		file: "manifests/crds/application-crd.yaml",
		sha256: "8f7ab4fc146af169e1033a97ea55ad77687b98d7ba95bf39f286ab751e7504f3",
	},
	{
		module: "github.com/argoproj/argo-workflows/v3@v3.7.0",
		file: "manifests/base/crds/minimal/argoproj.io_workflows.yaml",
		sha256: "b6a05d9976fa925b4782bfcd5fedc0b6485238ea79e29afe5c3110b1e204128b",
	},
] as const;
const FOLDER = "argo-cd-3.2.11-workflows-3.7.0";

/** Downloads them from the Go module proxy into the cache if needed, and returns their folder. */
export function provideArgoDefinitions(): Promise<string> {
	return filledOnce(cacheFolder(FOLDER), async (unfinished) => {
		for (const { module, file, sha256 } of DEFINITIONS) {
			const { Dir }: { Dir: string } = JSON.parse(
				await run("go", ["mod", "download", "-json", module], { cwd: unfinished }),
			);
			const kept = path.join(unfinished, path.basename(file));
			await copyFile(path.join(Dir, file), kept);
			const sum = createHash("sha256")
				.update(await readFile(kept))
				.digest("hex");
			if (sum !== sha256) throw new Error(`${file} of ${module} is another file: ${sum}`);
		}
	});
}

/** Installs the kinds Application and Workflow in a cluster; resolves once they can be created. */
export async function applyArgoDefinitions(kubeConfig: KubeConfig): Promise<void> {
	const api = kubeConfig.makeApiClient(ApiextensionsV1Api);
	const folder = await provideArgoDefinitions();
	for (const { file } of DEFINITIONS) {
		const body: V1CustomResourceDefinition = loadYaml(await readFile(path.join(folder, path.basename(file)), "utf8"));
		await api.createCustomResourceDefinition({ body }).catch((error: unknown) => {
			if (!(error instanceof ApiException && error.code === 409)) throw error;
		});
		await untilServed(kubeConfig.makeApiClient(CustomObjectsApi), body);
	}
}

/** A new kind is established first, and served a little later. */
async function untilServed(objects: CustomObjectsApi, { spec }: V1CustomResourceDefinition): Promise<void> {
	const kind = { group: spec.group, version: spec.versions[0]?.name ?? "", plural: spec.names.plural };
	const deadline = performance.now() + 20_000;
	const isServed = () =>
		objects.listNamespacedCustomObject({ ...kind, namespace: "default" }).then(
			() => true,
			() => false,
		);
	while (!(await isServed())) {
		if (performance.now() > deadline) throw new Error(`${kind.plural} are not served`);
		await delay(50);
	}
}
