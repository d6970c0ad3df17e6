import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import * as z from "zod";

/** A field of kubeconfig that the client library does not know: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo */
const tokenFilesSchema = z.object({
	users: z
		.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() }))
		.nullish(),
});

/**
 * `text` stands in a file in `folder`. Lets each of its users who has a `tokenFile` be known by what stands in it. It is read again once a minute, as the
 * library does it for a Pod's own token: tokens are rotated.
 */
export function useTokenFiles(kubeConfig: KubeConfig, text: string, folder: string): void {
	const { users } = tokenFilesSchema.parse(parse(text));
	for (const { name, user } of users ?? []) {
		const known = kubeConfig.getUser(name);
		if (known === null || !user?.tokenFile) continue;
		const tokenFile = path.resolve(folder, user.tokenFile);
		// As kubectl: the file goes before a token beside it. The library would take the token.
		Object.assign(known, { token: undefined, authProvider: { name: "tokenFile", config: { tokenFile } } });
	}
}

/** What keeps a kubeconfig from being used at all, with its cure, as one clause; undefined when nothing does. */
export function findKubeConfigProblem(kubeConfig: KubeConfig): string | undefined {
	const name = kubeConfig.getCurrentContext();
	if (!name) return "it has no current-context: kubectl config use-context NAME sets one";
	const context = kubeConfig.getContextObject(name);
	if (context === null) return `its current-context ${name} is not one of its contexts: kubectl config get-contexts`;
	const cluster = kubeConfig.getCluster(context.cluster);
	if (cluster === null) return `its context ${name} names the cluster ${context.cluster}, which it does not have`;
	const user = context.user === undefined ? undefined : kubeConfig.getUser(context.user);
	if (user === null) return `its context ${name} names the user ${context.user}, which it does not have`;
	if (!/^https?:\/\//.test(cluster.server)) return `the server of its cluster ${cluster.name} is no https address`;
	if (cluster.server.startsWith("http:") && !cluster.skipTLSVerify) {
		return `the server of its cluster ${cluster.name} is plain http, over which no credentials are sent: give its https address (for kubectl proxy on this machine, insecure-skip-tls-verify: true)`;
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
		return `its ${field} ${file} cannot be read (${codeOf(error)})`;
	}
}

/** The code of an error of the file system or of a process that could not be started. */
export function codeOf(error: unknown): string {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
