import type { ConfigurationOptions } from "@kubernetes/client-node";
import { passed } from "./middleware.ts";

/** The type of a patch (https://kubernetes.io/docs/reference/using-api/api-concepts/, "Patch and apply"). */
type Patch = "application/merge-patch+json" | "application/json-patch+json";

/**
 * Options that end one call after `ms` on both sides: the server stops by its `timeout` parameter
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/), and the client by a signal.
 */
export function withTimeout(ms: number, patch?: Patch): ConfigurationOptions {
	return {
		middlewareMergeStrategy: "append",
		middleware: [
			passed((context) => {
				context.setQueryParam("timeout", `${Math.max(1, Math.floor(ms / 1000))}s`);
				context.setSignal(AbortSignal.timeout(ms));
				if (patch !== undefined) context.setHeaderParam("Content-Type", patch);
			}),
		],
	};
}
