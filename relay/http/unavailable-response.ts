/** 503: nothing is decided, ask again. */
export function unavailableResponse(why: string): Response {
	return Response.json({ error: "unavailable", detail: why }, { status: 503, headers: { "retry-after": "5" } });
}
