import { type ConfigurationOptions, Observable } from "@kubernetes/client-node";

/**
 * Options that end one call after `ms`, on both sides: the server gives up by its `timeout` parameter
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/), and this side by a signal.
 */
export function within(ms: number): ConfigurationOptions {
	return {
		middlewareMergeStrategy: "append",
		middleware: [
			{
				pre(context) {
					context.setQueryParam("timeout", `${Math.max(1, Math.floor(ms / 1000))}s`);
					context.setSignal(AbortSignal.timeout(ms));
					return new Observable(Promise.resolve(context));
				},
				post: (context) => new Observable(Promise.resolve(context)),
			},
		],
	};
}
