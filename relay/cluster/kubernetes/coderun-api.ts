import * as z from "zod";
import type { Cluster, Unavailable } from "../cluster.ts";
import { type CodeRun, OWN_LABELS } from "../coderun.ts";
import type { ApiClients } from "./api-clients.ts";
import { readFailure } from "./api-failure.ts";
import { METADATA_ONLY, withTimeout } from "./call-options.ts";
import { REPORTED_LABEL, readCodeRunObject, type SeenCodeRun } from "./coderun-object.ts";
import { unexpected } from "./unexpected.ts";

export const CODERUNS = { group: "agents.platform", version: "v1", plural: "coderuns" } as const;

const CALL_WITHIN_MS = 10_000;
/** CodeRuns on one page of a list: each can have a prompt of hundreds of kilobytes. */
const PAGE = 50;

const FIX_SPEC =
	"change spawn.spec in pipeline.yaml to match the cluster's CodeRun definition (kubectl explain coderun.spec)";

/** CodeRuns as custom resources of the cluster (`deploy/crd/coderun-crd.yaml`). */
export function coderunObjects(
	{ objects }: ApiClients,
	namespace: string,
): Pick<Cluster, "readCodeRun" | "createCodeRun" | "listUnfinished"> {
	return {
		async readCodeRun(name) {
			const found = await readSeen({ objects }, namespace, name);
			if (found.kind !== "found") return found;
			const { identity, terminal } = found.seen;
			return { kind: "found", coderun: { name, finished: terminal !== undefined, ...(identity && { identity }) } };
		},
		async createCodeRun(coderun, withinMs) {
			try {
				const request = { ...CODERUNS, namespace, body: unreported(coderun), fieldValidation: "Strict" };
				// Parse the answer, so that a 200 from anything but the API server is not accepted. It need not repeat the prompt.
				const options = withTimeout(withinMs, METADATA_ONLY);
				readCodeRunObject(await objects.createNamespacedCustomObject(request, options));
				return { kind: "created" };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "not_found") return absent(namespace, failure.why);
				if (failure.kind === "refused") return { kind: "refused", why: `${failure.why}; ${FIX_SPEC}` };
				return failure.kind === "conflict" ? unexpected(failure) : failure;
			}
		},
		async listUnfinished(agent) {
			// CodeRuns that ended and were reported stay in the cluster until somebody deletes them.
			const labelSelector = `${OWN_LABELS.name}=healer,${OWN_LABELS.agent}=${agent},${REPORTED_LABEL}!=true`;
			try {
				const names: string[] = [];
				await eachCodeRun({ objects }, namespace, labelSelector, ({ name, terminal }) => {
					if (terminal === undefined) names.push(name);
				});
				return { kind: "listed", names };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "not_found") return absent(namespace, failure.why);
				return failure.kind === "unavailable" ? failure : unexpected(failure);
			}
		},
	};
}

/** One CodeRun in its current state. */
export async function readSeen(
	{ objects }: Pick<ApiClients, "objects">,
	namespace: string,
	name: string,
): Promise<{ kind: "found"; seen: SeenCodeRun } | { kind: "not_found" } | Unavailable> {
	try {
		const found = await objects.getNamespacedCustomObject(
			{ ...CODERUNS, namespace, name },
			withTimeout(CALL_WITHIN_MS),
		);
		return { kind: "found", seen: readCodeRunObject(found) };
	} catch (error) {
		const failure = readFailure(error);
		return failure.kind === "not_found" || failure.kind === "unavailable" ? failure : unexpected(failure);
	}
}

const pageSchema = z.object({
	items: z.array(z.unknown()),
	metadata: z.object({ continue: z.string().optional(), resourceVersion: z.string() }),
});

/**
 * Reads a list page by page, so that memory never holds many CodeRuns at once.
 * @returns the list's resource version, from which a watch continues.
 * @throws what the client throws.
 */
export async function eachCodeRun(
	{ objects }: Pick<ApiClients, "objects">,
	namespace: string,
	labelSelector: string,
	take: (seen: SeenCodeRun) => void,
): Promise<string> {
	let next: string | undefined;
	for (;;) {
		const place = next === undefined ? {} : { _continue: next };
		const request = { ...CODERUNS, namespace, labelSelector, limit: PAGE, ...place };
		const page = pageSchema.parse(await objects.listNamespacedCustomObject(request, withTimeout(CALL_WITHIN_MS)));
		for (const item of page.items) take(readCodeRunObject(item));
		next = page.metadata.continue;
		if (!next) return page.metadata.resourceVersion;
	}
}

/** Removes a label that only the relay may set: a CodeRun created with it would never be counted or reported. */
function unreported(coderun: CodeRun): CodeRun {
	const { [REPORTED_LABEL]: _, ...labels } = coderun.metadata.labels;
	return { ...coderun, metadata: { ...coderun.metadata, labels } };
}

/** Kubernetes names a missing namespace, but not a missing kind. */
export function absent(namespace: string, why: string): Unavailable {
	if (why.includes(`namespaces "${namespace}"`)) return noNamespace(namespace);
	const fix = "install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml";
	const what = "the cluster has no CodeRun resource (agents.platform/v1)";
	return { kind: "unavailable", cause: "no_kind", why: `${what}: ${fix}` };
}

export function noNamespace(namespace: string): Unavailable {
	const fix = "create it, or correct HEALER_NAMESPACE and spawn.namespace in pipeline.yaml";
	return { kind: "unavailable", cause: "no_namespace", why: `the namespace ${namespace} does not exist: ${fix}` };
}
