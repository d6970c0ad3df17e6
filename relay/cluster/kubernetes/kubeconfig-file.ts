import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import * as z from "zod";
import { codeOf } from "../../file-kind.ts";

/**
 * A kubeconfig field that the client library does not support:
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo
 */
const tokenFilesSchema = z.object({
	users: z
		.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() }))
		.nullish(),
});

/**
 * Makes users with a `tokenFile` authenticate with its contents. `text` is the kubeconfig, a file in `folder`. The
 * token is reread once a minute, as the library does for a Pod's own token: tokens are rotated.
 */
export function useTokenFiles(kubeConfig: KubeConfig, text: string, folder: string): void {
	const { users } = tokenFilesSchema.parse(parse(text));
	for (const { name, user } of users ?? []) {
		const known = kubeConfig.getUser(name);
		if (known === null || !user?.tokenFile) continue;
		const tokenFile = path.resolve(folder, user.tokenFile);
		// As in kubectl, the file takes precedence over a token beside it. The library would use the token.
		Object.assign(known, { token: undefined, authProvider: { name: "tokenFile", config: { tokenFile } } });
	}
}

/** Why a kubeconfig cannot be used, with the fix, as one clause; undefined when it can. */
export function findKubeConfigProblem(kubeConfig: KubeConfig): string | undefined {
	const name = kubeConfig.getCurrentContext();
	if (!name) return "it has no current-context: kubectl config use-context NAME sets one";
	const context = kubeConfig.getContextObject(name);
	if (context === null) return `its current-context ${name} is not one of its contexts: kubectl config get-contexts`;
	const cluster = kubeConfig.getCluster(context.cluster);
	if (cluster === null) return `its context ${name} names the cluster ${context.cluster}, which it does not define`;
	const user = context.user === undefined ? undefined : kubeConfig.getUser(context.user);
	if (user === null) return `its context ${name} names the user ${context.user}, which it does not define`;
	if (!/^https?:\/\//.test(cluster.server)) return `the server of its cluster ${cluster.name} is not an https address`;
	if (cluster.server.startsWith("http:") && !cluster.skipTLSVerify) {
		return `the server of its cluster ${cluster.name} is plain http, and credentials are never sent over it: give its https address (for kubectl proxy on this machine, insecure-skip-tls-verify: true)`;
	}
	return [
		unreadable("certificate-authority", cluster.caFile),
		unreadable("client-certificate", user?.certFile),
		unreadable("client-key", user?.keyFile),
		unreadable("tokenFile", tokenFileOf(user)),
	].find((problem) => problem !== undefined);
}

/** The file that a user's token is read from. */
function tokenFileOf(user: ReturnType<KubeConfig["getUser"]> | undefined): string | undefined {
	const { config } = (user?.authProvider ?? {}) as { readonly config?: { readonly tokenFile?: string } };
	return config?.tokenFile;
}

function unreadable(field: string, file: string | undefined): string | undefined {
	if (!file) return undefined;
	try {
		accessSync(file, constants.R_OK);
		return undefined;
	} catch (error) {
		return `its ${field} ${file} cannot be read (${codeOf(error) ?? "unknown"})`;
	}
}
