import type { Unavailable } from "../cluster.ts";
import type { ApiFailure } from "./api-failure.ts";

/** A failure that this call cannot have by Kubernetes' own rules: nothing is decided, and the log shows the answer. */
export function unexpected(failure: ApiFailure): Unavailable {
	const why = "why" in failure ? `: ${failure.why}` : "";
	return { kind: "unavailable", why: `the API server answered ${failure.kind}, which this call cannot return${why}` };
}
