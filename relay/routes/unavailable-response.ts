import type { Unavailable } from "../cluster/cluster.ts";

/** 503: nothing is decided, retry. Only signed requests see why. */
export function unavailableResponse({ why, cause }: Omit<Unavailable, "kind">): Response {
	const body = { error: "unavailable", ...(cause !== undefined && { cause }), detail: why };
	return Response.json(body, { status: 503, headers: { "retry-after": "5" } });
}
