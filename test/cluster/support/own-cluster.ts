import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { provideClusterBinaries } from "../../../cli/cluster/cluster-binaries.ts";
import { type LocalCluster, startLocalCluster } from "../../../cli/cluster/local-cluster.ts";
import type { Result } from "../../../wire/result.ts";

/** A cluster for a single test, which may stop its API server. It has no CodeRun kind yet. */
export async function ownCluster(): Promise<LocalCluster & { readonly kubeConfig: KubeConfig }> {
	const folder = await mkdtemp(path.join(tmpdir(), "healer-cluster-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const cluster = mustBeOk(
		await startLocalCluster(folder, mustBeOk(await provideClusterBinaries(process.env, () => {}))),
	);
	onTestFinished(() => cluster.stop());
	const kubeConfig = new KubeConfig();
	kubeConfig.loadFromFile(cluster.kubeconfig);
	return { ...cluster, kubeConfig };
}

export function mustBeOk<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(result.problem);
	return result.value;
}
