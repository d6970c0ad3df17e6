import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { codeOf, fileKind, isShellStream } from "../../file-kind.ts";
import { findKubeConfigProblem, useTokenFiles } from "./kubeconfig-file.ts";
import { NO_CLUSTER, namesCluster } from "./names-cluster.ts";

export type KubeConfigLoading =
	| { readonly ok: true; readonly kubeConfig: KubeConfig }
	| { readonly ok: false; readonly why: string };

/**
 * Loads what `KUBECONFIG` names, else the ServiceAccount of the Pod that this runs in. Nothing else is tried: a relay
 * that picked up a person's own kubeconfig would act with that person's rights.
 */
export function loadKubeConfig(env: NodeJS.ProcessEnv): KubeConfigLoading {
	if (!namesCluster(env)) return { ok: false, why: NO_CLUSTER };
	const { KUBECONFIG } = env;
	const kubeConfig = new NamingKubeConfig();
	try {
		const kind = KUBECONFIG ? fileKind(statSync(KUBECONFIG)) : undefined;
		// The client reads it synchronously, and would block on a named pipe until somebody writes to it.
		if (KUBECONFIG && kind !== "a file" && !isShellStream(KUBECONFIG))
			return { ok: false, why: `KUBECONFIG cannot be read: ${KUBECONFIG} is ${kind}` };
		if (KUBECONFIG) {
			// Read once: a shell's stream cannot be read twice.
			const text = readFileSync(KUBECONFIG, "utf8");
			const folder = path.dirname(KUBECONFIG);
			kubeConfig.loadFromString(text);
			kubeConfig.makePathsAbsolute(folder);
			useTokenFiles(kubeConfig, text, folder);
		} else kubeConfig.loadFromCluster();
	} catch (error) {
		return { ok: false, why: `KUBECONFIG cannot be read: ${error instanceof Error ? error.message : typeof error}` };
	}
	const problem = findKubeConfigProblem(kubeConfig);
	if (problem !== undefined)
		return { ok: false, why: `${KUBECONFIG ? "KUBECONFIG" : "the Pod's account"}: ${problem}` };
	return { ok: true, kubeConfig };
}

/** A kubeconfig's credentials cannot be used. `message` says why, and contains no credentials. */
export class UnusableCredentials extends Error {}

/** A kubeconfig that reports which of its credentials cannot be used. The library throws arbitrary errors. */
class NamingKubeConfig extends KubeConfig {
	override async applySecurityAuthentication(context: RequestContext): Promise<void> {
		try {
			await super.applySecurityAuthentication(context);
		} catch (error) {
			throw new UnusableCredentials(explainCredentials(this, error), { cause: error });
		}
	}
}

/** Never includes what a command printed: it may be a secret. */
function explainCredentials(kubeConfig: KubeConfig, error: unknown): string {
	const user = kubeConfig.getCurrentUser();
	const code = codeOf(error) ?? "unknown";
	const { command } = (user?.exec ?? {}) as { readonly command?: string };
	const problem = findKubeConfigProblem(kubeConfig);
	if (problem !== undefined) return `the kubeconfig cannot be used: ${problem}`;
	if (command === undefined) return `the kubeconfig's credentials of the user ${user?.name} cannot be used (${code})`;
	if (code === "ENOENT") {
		return `the kubeconfig's command ${command} was not found: install it where the relay runs, or give a token`;
	}
	if (code === "EACCES") return `the kubeconfig's command ${command} is not executable (EACCES)`;
	return `the kubeconfig's command ${command} returns no credentials: run it by hand as the relay's user`;
}
