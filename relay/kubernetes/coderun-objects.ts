import type { CustomObjectsApi } from "@kubernetes/client-node";
import { z } from "zod";
import { isTerminalPhase } from "../../wire/outcome.ts";
import type { Cluster, StoredCodeRun, Unavailable } from "../cluster.ts";
import { OWN_LABELS, readIdentity } from "../coderun.ts";
import { readFailure } from "./api-failure.ts";
import { unexpected } from "./unexpected.ts";
import { within } from "./within.ts";

const CALL_WITHIN_MS = 10_000;
const CODERUNS = { group: "agents.platform", version: "v1", plural: "coderuns" } as const;

/** What the relay reads of a CodeRun; all else of it is the controller's. */
const coderunSchema = z.object({
	metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
	status: z.object({ phase: z.string().optional() }).optional(),
});
const listSchema = z.object({
	items: z.array(coderunSchema),
	metadata: z.object({ continue: z.string().optional() }).optional(),
});

/** CodeRuns as the cluster's own objects (DESIGN section 7). */
export function coderunObjects(
	api: CustomObjectsApi,
	namespace: string,
): Pick<Cluster, "readCodeRun" | "createCodeRun" | "listUnfinished"> {
	return {
		async readCodeRun(name) {
			try {
				const found = await api.getNamespacedCustomObject({ ...CODERUNS, namespace, name }, within(CALL_WITHIN_MS));
				return { kind: "found", coderun: stored(coderunSchema.parse(found)) };
			} catch (error) {
				const failure = readFailure(error);
				return failure.kind === "not_found" || failure.kind === "unavailable" ? failure : unexpected(failure);
			}
		},
		async createCodeRun(coderun, within_ms) {
			try {
				const request = { ...CODERUNS, namespace, body: coderun, fieldValidation: "Strict" };
				await api.createNamespacedCustomObject(request, within(within_ms));
				return { kind: "created" };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "not_found") return absent(namespace);
				return failure.kind === "conflict" ? unexpected(failure) : failure;
			}
		},
		async listUnfinished(agent) {
			try {
				return { kind: "listed", names: await unfinished(api, namespace, agent) };
			} catch (error) {
				const failure = readFailure(error);
				if (failure.kind === "not_found") return absent(namespace);
				return failure.kind === "unavailable" ? failure : unexpected(failure);
			}
		},
	};
}

/** In pages, so that many old CodeRuns never stand in memory at once. */
async function unfinished(api: CustomObjectsApi, namespace: string, agent: string): Promise<string[]> {
	const labelSelector = `${OWN_LABELS.name}=healer,${OWN_LABELS.agent}=${agent}`;
	const names: string[] = [];
	let next: string | undefined;
	do {
		const request = {
			...CODERUNS,
			namespace,
			labelSelector,
			limit: 100,
			...(next === undefined ? {} : { _continue: next }),
		};
		const page = listSchema.parse(await api.listNamespacedCustomObject(request, within(CALL_WITHIN_MS)));
		names.push(...page.items.filter((item) => !isTerminalPhase(item.status?.phase)).map((item) => item.metadata.name));
		next = page.metadata?.continue || undefined;
	} while (next !== undefined);
	return names;
}

function stored(object: z.infer<typeof coderunSchema>): StoredCodeRun {
	const identity = readIdentity(object.metadata.annotations ?? {});
	return {
		name: object.metadata.name,
		finished: isTerminalPhase(object.status?.phase),
		...(identity === undefined ? {} : { identity }),
	};
}

function absent(namespace: string): Unavailable {
	return { kind: "unavailable", why: `there is no namespace ${namespace}, or its cluster has no CodeRun resource` };
}
