import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { applyDefinition } from "../../../cli/cluster/apply-definition.ts";
import { provideClusterBinaries } from "../../../cli/cluster/cluster-binaries.ts";
import { startLocalCluster } from "../../../cli/cluster/local-cluster.ts";

declare module "vitest" {
	interface ProvidedContext {
		/** The path of an administrator's kubeconfig. */
		readonly kubeconfig: string;
	}
}

/** One API server for all tests of this tier; each test has its own namespace. */
export default async function startOneCluster(project: TestProject): Promise<() => Promise<void>> {
	const binaries = await provideClusterBinaries(process.env, (line) => process.stderr.write(`${line}\n`));
	if (!binaries.ok) throw new Error(binaries.problem);
	const folder = await mkdtemp(path.join(tmpdir(), "healer-cluster-"));
	const cluster = await startLocalCluster(folder, binaries.value);
	if (!cluster.ok) throw new Error(cluster.problem);
	const stop = async () => {
		await cluster.value.stop();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await applyDefinition(cluster.value.kubeconfig);
	} catch (error) {
		await stop();
		throw error;
	}
	project.provide("kubeconfig", cluster.value.kubeconfig);
	return stop;
}
