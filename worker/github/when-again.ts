import type { Effects } from "../effects.ts";
import { backoffMs } from "../spawn/backoff.ts";
import type { GitHubFailure } from "./github.ts";

const DAY_MS = 24 * 3600 * 1000;

/** When to ask GitHub again after that failure, in ms; undefined when that is of no use, or was tried for a day. */
export function retryTime(
	effects: Pick<Effects, "now" | "random">,
	failure: GitHubFailure,
	sofar: { readonly tries: number; readonly since: number },
): number | undefined {
	const now = effects.now();
	if (now - sofar.since > DAY_MS) return undefined;
	switch (failure.reason) {
		case "rate_limited":
			return failure.until;
		case "unavailable":
			return now + backoffMs(sofar.tries + 1, effects.random());
		case "forbidden":
		case "not_found":
		case "refused":
			return undefined;
		default:
			return failure satisfies never;
	}
}

/** For the journal: what GitHub said. */
export function describeFailure(failure: GitHubFailure): string {
	const detail = "detail" in failure ? `: ${failure.detail.slice(0, 300)}` : "";
	return `GitHub: ${failure.reason}${detail}`;
}
