import { type Application, applicationSchema, resourceTreeSchema, shownApplication } from "./application.ts";
import type { Endpoint } from "./endpoint.ts";
import { type KubernetesAccess, openNamespace } from "./kubernetes-access.ts";
import type { CustomKind } from "./kubernetes-reader.ts";
import { PARAMETERS } from "./parameters.ts";
import { readAnswer, understood } from "./read-answer.ts";
import { checkedSource, failed, type Source, type SourceAnswer, type SourceCall } from "./source.ts";

const KIND: CustomKind = { group: "argoproj.io", version: "v1alpha1", plural: "applications" };

interface ApplicationQuery {
	readonly name: string;
	readonly namespace: string;
	readonly project?: string | undefined;
}

/** `argocd.application`: from Argo CD's API if configured, else from the Application resource itself. */
export function argocdApplication(
	argocd: Endpoint | undefined,
	access: KubernetesAccess,
	fetch: typeof globalThis.fetch,
): Source {
	return checkedSource(PARAMETERS["argocd.application"], (parameters, call) =>
		argocd === undefined ? fromResource(access, parameters, call) : fromApi(argocd, fetch, parameters, call),
	);
}

/**
 * https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/; only the resource tree has the health of each
 * resource.
 */
async function fromApi(
	argocd: Endpoint,
	fetch: typeof globalThis.fetch,
	{ name, namespace, project }: ApplicationQuery,
	{ signal }: SourceCall,
): Promise<SourceAnswer> {
	const path = ["api", "v1", "applications", name];
	const query = [["appNamespace", namespace] as const, ...(project ? [["project", project] as const] : [])];
	const [application, tree] = await Promise.all([
		readAnswer(argocd, { path, query, signal, fetch }, applicationSchema),
		readAnswer(argocd, { path: [...path, "resource-tree"], query, signal, fetch }, resourceTreeSchema),
	]);
	if (!application.ok) {
		// Argo CD does not reveal which applications exist: a missing one answers 403.
		if (application.status !== 403) return failed(application.why);
		return failed("Argo CD answered 403: the application does not exist, or ARGOCD_TOKEN may not read it");
	}
	const shown = shownApplication(application.value, tree.ok ? tree.value.nodes : undefined);
	return { status: "ok", data: shown, ...(!tree.ok && { incomplete: tree.why }) };
}

async function fromResource(
	access: KubernetesAccess,
	{ name, namespace, project }: ApplicationQuery,
	{ signal }: SourceCall,
): Promise<SourceAnswer> {
	const opened = openNamespace(access, namespace);
	if (!opened.ok) {
		return {
			status: "skipped",
			why: `ARGOCD_SERVER is not set, and for the Application resource: ${opened.answer.why}`,
		};
	}
	const object = await opened.reader.object(KIND, namespace, name, signal);
	if (!object.ok) return object.status === 404 ? { status: "empty" } : failed(object.why);
	const application = understood<Application>("the API server", object.value, applicationSchema);
	if (!application.ok) return failed(application.why);
	if (project !== undefined && application.value.spec?.project !== project) return { status: "empty" };
	return { status: "ok", data: shownApplication(application.value) };
}
