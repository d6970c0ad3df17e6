import {
	CoreV1Api,
	type CoreV1Event,
	CustomObjectsApi,
	createConfiguration,
	type KubeConfig,
	ServerConfiguration,
	type V1Pod,
} from "@kubernetes/client-node";
import { readFailure } from "../cluster/kubernetes/api-failure.ts";
import { boundedRead, OversizedAnswer } from "../cluster/kubernetes/bounded-read.ts";
import { keepConnections } from "../cluster/kubernetes/keep-connections.ts";
import { MAX_ANSWER_BYTES } from "../http/read-bounded.ts";
import type { AnswerReading } from "./read-answer.ts";

/** A custom resource. */
export interface CustomKind {
	readonly group: string;
	readonly version: string;
	readonly plural: string;
}

/** What the context sources read from a cluster: a few objects at a time, nothing is cached. */
export interface KubernetesReader {
	pods(namespace: string, selector: string, signal: AbortSignal): Promise<AnswerReading<readonly V1Pod[]>>;
	events(
		namespace: string,
		kind: string,
		name: string,
		signal: AbortSignal,
	): Promise<AnswerReading<readonly CoreV1Event[]>>;
	/** The objects of a namespace, page by page, up to a limit. */
	objects(kind: CustomKind, namespace: string, signal: AbortSignal): Promise<AnswerReading<readonly unknown[]>>;
	object(kind: CustomKind, namespace: string, name: string, signal: AbortSignal): Promise<AnswerReading<unknown>>;
	/** Name and metadata only: objects can be large. */
	metadata(kind: CustomKind, namespace: string, selector: string, signal: AbortSignal): Promise<AnswerReading<unknown>>;
}

interface ObjectPage {
	readonly items?: readonly unknown[];
	readonly metadata?: { readonly continue?: string };
}

/** Objects of one page: each page is read up to the same limit. */
const PAGE = 50;
const MAX_PODS = 200;
const MAX_EVENTS = 50;
const MAX_OBJECTS = 500;
/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

export function kubernetesReader(kubeConfig: KubeConfig): KubernetesReader {
	const configuration = createConfiguration({
		baseServer: new ServerConfiguration(kubeConfig.getCurrentCluster()?.server ?? "", {}),
		authMethods: { default: keepConnections(kubeConfig) },
	});
	const core = new CoreV1Api(configuration);
	const objects = new CustomObjectsApi(configuration);
	return {
		pods: (namespace, labelSelector, signal) =>
			read(async () => {
				const request = { namespace, labelSelector, limit: MAX_PODS };
				return itemsOf(await core.listNamespacedPod(request, boundedRead(signal)));
			}),
		events: (namespace, kind, name, signal) =>
			read(async () => {
				const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
				const request = { namespace, fieldSelector, limit: MAX_EVENTS };
				return itemsOf(await core.listNamespacedEvent(request, boundedRead(signal)));
			}),
		objects: (kind, namespace, signal) =>
			read(async () => {
				const found: unknown[] = [];
				let more: string | undefined;
				do {
					const request = { ...kind, namespace, limit: PAGE, ...(more !== undefined && { _continue: more }) };
					const page: ObjectPage = await objects.listNamespacedCustomObject(request, boundedRead(signal));
					found.push(...itemsOf(page));
					more = page.metadata?.continue || undefined;
				} while (more !== undefined && found.length < MAX_OBJECTS);
				return found;
			}),
		object: (kind, namespace, name, signal) =>
			read(() => objects.getNamespacedCustomObject({ ...kind, namespace, name }, boundedRead(signal))),
		metadata: (kind, namespace, labelSelector, signal) =>
			read(() => {
				const request = { ...kind, namespace, labelSelector, limit: MAX_OBJECTS };
				return objects.listNamespacedCustomObject(request, boundedRead(signal, METADATA_ONLY));
			}),
	};
}

/** The library's types promise a list, but the answer may have none. */
function itemsOf<T>({ items }: { readonly items?: readonly T[] }): readonly T[] {
	if (items === undefined) throw new SyntaxError("no list in the answer");
	return items;
}

async function read<T>(call: () => Promise<T>): Promise<AnswerReading<T>> {
	try {
		return { ok: true, value: await call() };
	} catch (error) {
		return { ok: false, ...whyNot(error) };
	}
}

function whyNot(error: unknown): { readonly why: string; readonly status?: number } {
	if (error instanceof OversizedAnswer) {
		return { why: `the API server answered more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB` };
	}
	// The library does not check an answer before it parses it.
	if (error instanceof TypeError && error.cause === undefined) return { why: "the answer was not from the API server" };
	const failure = readFailure(error);
	switch (failure.kind) {
		case "not_found":
			// Kubernetes names a missing object in the message; a missing kind is a bare 404.
			return failure.why === "" ? { why: "the cluster has no such kind" } : { why: failure.why, status: 404 };
		case "refused":
		case "unavailable":
			return { why: failure.why };
		case "conflict":
		case "exists":
			return { why: "the API server answered 409 to a read" };
		default:
			return failure satisfies never;
	}
}
