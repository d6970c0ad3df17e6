import type { V1Lease } from "@kubernetes/client-node";
import type { ApiClients } from "./api-clients.ts";
import { withTimeout } from "./call-options.ts";

const PAGE = 200;
const CALL_WITHIN_MS = 10_000;

/**
 * Yields the Leases with these labels, page by page.
 * @throws what the client throws, including 410 when the list changed too much between two pages.
 */
export async function* eachLease(
	{ leases }: Pick<ApiClients, "leases">,
	namespace: string,
	labelSelector: string,
): AsyncGenerator<V1Lease> {
	let next: string | undefined;
	do {
		const place = next === undefined ? {} : { _continue: next };
		const request = { namespace, labelSelector, limit: PAGE, ...place };
		const page = await leases.listNamespacedLease(request, withTimeout(CALL_WITHIN_MS));
		yield* page.items;
		next = page.metadata?._continue;
	} while (next);
}

/** A selector that requires all of these labels. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
	return Object.entries(labels)
		.map(([name, value]) => `${name}=${value}`)
		.join(",");
}
