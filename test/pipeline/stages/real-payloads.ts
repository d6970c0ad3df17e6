import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };

/** GitHub's own examples, by event. */
export const realPayloads: readonly { readonly event: string; readonly payload: unknown }[] = examples.flatMap(
	({ name, examples: payloads }) => payloads.map((payload: unknown) => ({ event: name, payload })),
);

/** The first example of this event for which `is` holds. */
export function realPayload(event: string, is: (payload: { readonly [name: string]: unknown }) => boolean): unknown {
	const found = realPayloads.find(
		({ event: name, payload }) => name === event && is(payload as { readonly [name: string]: unknown }),
	);
	if (found === undefined) throw new Error(`there is no such example of ${event}`);
	return structuredClone(found.payload);
}
