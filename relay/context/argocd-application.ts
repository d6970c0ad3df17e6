import * as z from "zod";
import { fail, ok, type Result } from "../../wire/result.ts";
import { type Application, applicationSchema, resourceTreeSchema, shownApplication } from "./application.ts";
import type { Endpoint } from "./endpoint.ts";
import { eventLines } from "./event-lines.ts";
import { type ApplicationSearch, type FoundApplications, findApplications } from "./find-application.ts";
import { type KubernetesAccess, openNamespace } from "./kubernetes-access.ts";
import type { CustomKind, KubernetesReader } from "./kubernetes-reader.ts";
import { PARAMETERS } from "./parameters.ts";
import { readAnswer, understood } from "./read-answer.ts";
import { checkedSource, failed, type Source, type SourceAnswer, type SourceCall } from "./source.ts";

const KIND: CustomKind = { group: "argoproj.io", version: "v1alpha1", plural: "applications" };

type ApplicationQuery = z.output<(typeof PARAMETERS)["argocd.application"]>;

/**
 * `argocd.application`: one by name, or the likeliest of those that deploy from a repository; from Argo CD's API if
 * configured, else from the Application resources themselves.
 */
export function argocdApplication(
	argocd: Endpoint | undefined,
	access: KubernetesAccess,
	fetch: typeof globalThis.fetch,
): Source {
	return checkedSource(PARAMETERS["argocd.application"], (parameters, call) =>
		argocd === undefined ? fromResource(access, parameters, call) : fromApi(argocd, fetch, parameters, call),
	);
}

const itemsSchema = z.object({ items: z.array(applicationSchema).nullish() });
const time = z.string().nullish();
const eventsSchema = z.object({
	items: z
		.array(
			z.object({
				type: z.string().optional(),
				reason: z.string().optional(),
				message: z.string().optional(),
				count: z.number().optional(),
				involvedObject: z.object({ name: z.string().optional() }).optional(),
				series: z.object({ lastObservedTime: time }).nullish(),
				lastTimestamp: time,
				eventTime: time,
				firstTimestamp: time,
				metadata: z.object({ creationTimestamp: time }).optional(),
			}),
		)
		.nullish(),
});

/** Of a list, only this is sent: whole applications are large. */
const LISTED_FIELDS = ["metadata.name", "metadata.namespace", "spec", "status.health", "status.sync"];

/**
 * https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/; only the resource tree has the health of each
 * resource.
 */
async function fromApi(
	argocd: Endpoint,
	fetch: typeof globalThis.fetch,
	parameters: ApplicationQuery,
	{ signal }: SourceCall,
): Promise<SourceAnswer> {
	const ask = { signal, fetch };
	const applications = ["api", "v1", "applications"];
	const ofProject = parameters.project ? [["project", parameters.project] as const] : [];
	// Its own filter by `repo` compares addresses as texts, and one repository has several.
	const search = searchOf(parameters);
	let found: FoundApplications | undefined;
	if (search !== undefined) {
		const fields = ["fields", LISTED_FIELDS.map((field) => `items.${field}`).join(",")] as const;
		const query = [["appNamespace", parameters.namespace] as const, ...ofProject, fields];
		const list = await readAnswer(argocd, { path: applications, query, ...ask }, itemsSchema);
		if (!list.ok) return failed(list.why);
		found = findApplications(list.value.items ?? [], search);
	}
	const name = parameters.name ?? found?.likeliest?.name;
	if (name === undefined) return { status: "empty" };

	const path = [...applications, name];
	const query = [["appNamespace", found?.likeliest?.namespace ?? parameters.namespace] as const, ...ofProject];
	const [application, tree, events] = await Promise.all([
		readAnswer(argocd, { path, query, ...ask }, applicationSchema),
		readAnswer(argocd, { path: [...path, "resource-tree"], query, ...ask }, resourceTreeSchema),
		readAnswer(argocd, { path: [...path, "events"], query, ...ask }, eventsSchema),
	]);
	if (!application.ok) {
		// Argo CD does not reveal which applications exist: a missing one answers 403.
		if (application.status !== 403) return failed(application.why);
		return failed("Argo CD answered 403: the application does not exist, or ARGOCD_TOKEN may not read it");
	}
	const incomplete = [tree, events].flatMap((one) => (one.ok ? [] : one.why));
	return {
		status: "ok",
		data: {
			name,
			...shownApplication(application.value, tree.ok ? tree.value.nodes : undefined),
			...listsOf(found, events.ok ? eventLines(events.value.items ?? []) : []),
		},
		...(incomplete.length > 0 && { incomplete: [...new Set(incomplete)].join("; ") }),
	};
}

async function fromResource(
	access: KubernetesAccess,
	parameters: ApplicationQuery,
	{ signal }: SourceCall,
): Promise<SourceAnswer> {
	const { namespace, project } = parameters;
	const opened = openNamespace(access, namespace);
	if (!opened.ok) {
		return {
			status: "skipped",
			why: `ARGOCD_SERVER is not set, and for the Application resource: ${opened.answer.why}`,
		};
	}
	const { reader } = opened;
	const search = searchOf(parameters);
	const list = search === undefined ? undefined : await listResources(reader, namespace, project, signal);
	if (list?.ok === false) return failed(list.problem);
	const found = search && list && findApplications(list.value, search);
	const name = parameters.name ?? found?.likeliest?.name;
	if (name === undefined) return { status: "empty" };

	const object = await reader.object(KIND, namespace, name, signal);
	if (!object.ok) return object.status === 404 ? { status: "empty" } : failed(object.why);
	const application = understood<Application>("the API server", object.value, applicationSchema);
	if (!application.ok) return failed(application.why);
	if (project !== undefined && application.value.spec?.project !== project) return { status: "empty" };
	const events = await reader.events(namespace, "Application", name, signal);
	return {
		status: "ok",
		data: {
			name,
			...shownApplication(application.value),
			...listsOf(found, events.ok ? eventLines(events.value) : []),
		},
		...(!events.ok && { incomplete: events.why }),
	};
}

async function listResources(
	reader: KubernetesReader,
	namespace: string,
	project: string | undefined,
	signal: AbortSignal,
): Promise<Result<readonly Application[]>> {
	const listed = await reader.objects(KIND, namespace, signal);
	if (!listed.ok) return fail(listed.why);
	const list = understood("the API server", { items: listed.value }, itemsSchema);
	if (!list.ok) return fail(list.why);
	return ok((list.value.items ?? []).filter(({ spec }) => project === undefined || spec?.project === project));
}

function searchOf({ name, repository, paths, branch }: ApplicationQuery): ApplicationSearch | undefined {
	return name === undefined && repository !== undefined ? { repository, paths, branch } : undefined;
}

function listsOf(found: FoundApplications | undefined, events: readonly string[]) {
	return { ...(events.length > 0 && { events }), ...(found && { applications: found.lines }) };
}
