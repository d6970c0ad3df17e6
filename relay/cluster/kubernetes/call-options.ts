import type { ConfigurationOptions } from "@kubernetes/client-node";
import { passed } from "./middleware.ts";

/** Answers with name and metadata only: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-partial-objects */
export const METADATA_ONLY = { Accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" } as const;

/** The types of a patch (https://kubernetes.io/docs/reference/using-api/api-concepts/, "Patch and apply"). */
export const MERGE_PATCH = { "Content-Type": "application/merge-patch+json" } as const;
export const JSON_PATCH = { "Content-Type": "application/json-patch+json" } as const;

/**
 * Options that end one call after `ms` on both sides: the server stops by its `timeout` parameter
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/), and the client by a signal.
 */
export function withTimeout(ms: number, headers: Readonly<Record<string, string>> = {}): ConfigurationOptions {
	return {
		middlewareMergeStrategy: "append",
		middleware: [
			passed((context) => {
				context.setQueryParam("timeout", `${Math.max(1, Math.floor(ms / 1000))}s`);
				context.setSignal(AbortSignal.timeout(ms));
				for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
			}),
		],
	};
}
