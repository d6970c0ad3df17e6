import { z } from "zod";
import type { Cluster, Unavailable } from "../cluster.ts";
import { type CodeRun, OWN_LABELS } from "../coderun.ts";
import type { ApiClients } from "./api-clients.ts";
import { readFailure } from "./api-failure.ts";
import { withTimeout } from "./call-options.ts";
import { REPORTED_LABEL, readCodeRunObject, type SeenCodeRun } from "./coderun-object.ts";
import { unexpected } from "./unexpected.ts";

export const CODERUNS = { group: "agents.platform", version: "v1", plural: "coderuns" } as const;

const CALL_WITHIN_MS = 10_000;
/** CodeRuns of one page of a list: each can have a prompt of hundreds of kilobytes. */
const PAGE = 50;

const CURE_OF_SPEC =
	"change spawn.spec in pipeline.yaml to what the cluster's CodeRun definition has (kubectl explain coderun.spec)";

/** CodeRuns as the cluster's own objects (DESIGN section 7). */
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
		async createCodeRun(coderun, within_ms) {
			try {
				const request = { ...CODERUNS, namespace, body: unreported(coderun), fieldValidation: "Strict" };
				// Read, so that nothing else that answers 200 is taken for the API server.
				readCodeRunObject(await objects.createNamespacedCustomObject(request, withTimeout(within_ms)));
				return { kind: "created" };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "not_found") return absent(namespace, failure.why);
				if (failure.kind === "refused") return { kind: "refused", why: `${failure.why}; ${CURE_OF_SPEC}` };
				return failure.kind === "conflict" ? unexpected(failure) : failure;
			}
		},
		async listUnfinished(agent) {
			// What ended and is known to the worker stays in the cluster for as long as nobody deletes it.
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

/** One CodeRun as it stands there now. */
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
 * Goes through a list page by page, so that many CodeRuns never stand in memory at once.
 * @returns the list's resource version, from which a watch goes on.
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

/** That label is the relay's own: a CodeRun that brought it along would never be counted or reported. */
function unreported(coderun: CodeRun): CodeRun {
	const { [REPORTED_LABEL]: _, ...labels } = coderun.metadata.labels;
	return { ...coderun, metadata: { ...coderun.metadata, labels } };
}

/** The namespace's absence is told by name; that of the kind is not. */
export function absent(namespace: string, why: string): Unavailable {
	if (why.includes(`namespaces "${namespace}"`)) return noNamespace(namespace);
	const cure = "install the controller's, or kubectl apply -f deploy/crd/coderun-crd.yaml";
	const what = "the cluster has no CodeRun resource (agents.platform/v1)";
	return { kind: "unavailable", cause: "no_kind", why: `${what}: ${cure}` };
}

export function noNamespace(namespace: string): Unavailable {
	const cure = "create it, or name the right one: HEALER_NAMESPACE, spawn.namespace in pipeline.yaml";
	return { kind: "unavailable", cause: "no_namespace", why: `there is no namespace ${namespace}: ${cure}` };
}
