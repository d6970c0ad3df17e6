import type { Conflict, Unavailable } from "../../cluster.ts";
import type { ApiClients } from "../api-clients.ts";
import { readFailure } from "../api-failure.ts";
import { MERGE_PATCH, withTimeout } from "../call-options.ts";
import { CODERUNS } from "../coderun-api.ts";
import { REPORTED_LABEL, type Reported, type SeenCodeRun } from "../coderun-object.ts";
import { unexpected } from "../unexpected.ts";

const CALL_WITHIN_MS = 5_000;

type Done = { readonly kind: "done" } | Unavailable;

/** Records permanently that the worker knows; from then on the CodeRun is not followed. */
export async function labelReported(
	clients: ApiClients,
	namespace: string,
	seen: SeenCodeRun,
	as: Reported,
): Promise<Done> {
	const labelled = await patch(clients, namespace, seen.name, { uid: seen.uid, labels: { [REPORTED_LABEL]: as } });
	return labelled.kind === "conflict" ? { kind: "unavailable", why: "another client wrote to the CodeRun" } : labelled;
}

/** Records that a deadline passed, only if the CodeRun is unchanged: it may have ended or started since. */
export async function annotateOverdue(
	clients: ApiClients,
	namespace: string,
	seen: SeenCodeRun,
	annotations: Readonly<Record<string, string>>,
): Promise<Done | Conflict> {
	return patch(clients, namespace, seen.name, { uid: seen.uid, resourceVersion: seen.resource_version, annotations });
}

export async function deleteCodeRun(clients: ApiClients, namespace: string, seen: SeenCodeRun): Promise<Done> {
	const deleted = await deleteIf(clients, namespace, seen.name, { uid: seen.uid });
	// Another CodeRun has this name by now.
	return deleted.kind === "conflict" ? { kind: "done" } : deleted;
}

/** Deletes it only as it was seen. `conflict`: somebody wrote to it, perhaps the controller that starts it. */
export async function deleteUnchanged(
	clients: ApiClients,
	namespace: string,
	{ name, uid, resource_version: resourceVersion }: SeenCodeRun,
): Promise<Done | Conflict> {
	return await deleteIf(clients, namespace, name, { uid, resourceVersion });
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/ */
async function deleteIf(
	{ objects }: ApiClients,
	namespace: string,
	name: string,
	preconditions: { readonly uid: string; readonly resourceVersion?: string },
): Promise<Done | Conflict> {
	try {
		const request = { ...CODERUNS, namespace, name, body: { preconditions } };
		await objects.deleteNamespacedCustomObject(request, withTimeout(CALL_WITHIN_MS));
		return { kind: "done" };
	} catch (error) {
		return orElse(error);
	}
}

async function patch(
	{ objects }: ApiClients,
	namespace: string,
	name: string,
	metadata: object,
): Promise<Done | Conflict> {
	try {
		const request = { ...CODERUNS, namespace, name, body: { metadata } };
		await objects.patchNamespacedCustomObject(request, withTimeout(CALL_WITHIN_MS, MERGE_PATCH));
		return { kind: "done" };
	} catch (error) {
		return orElse(error);
	}
}

/** A CodeRun that is gone needs no mark. */
function orElse(error: unknown): Done | Conflict {
	const failure = readFailure(error);
	if (failure.kind === "not_found") return { kind: "done" };
	return failure.kind === "unavailable" || failure.kind === "conflict" ? failure : unexpected(failure);
}
