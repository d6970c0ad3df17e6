import { backoffMs } from "../../wire/backoff.ts";
import { DAY_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { GitHubFailure } from "./github.ts";

/** The fields of a failed answer. Header names are in lower case. */
export interface FailedAnswer {
	readonly status: number;
	readonly message: string;
	readonly headers: Readonly<Record<string, string | number | undefined>>;
}

// "Otherwise, wait for at least one minute": https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
const UNNAMED_WAIT_MS = MINUTE_MS;
// A primary limit resets within the hour. A later time is not taken for a rate limit's.
const LONGEST_WAIT_MS = 65 * MINUTE_MS;
const LONGEST_DETAIL = 300;

/** Classifies a failed answer. `now` is in milliseconds since 1970. */
export function readFailure(answer: FailedAnswer, now: number): GitHubFailure {
	const { status } = answer;
	const detail = `${status}: ${answer.message}`.replaceAll(/\s+/g, " ").slice(0, LONGEST_DETAIL);
	if (status === 429 || (status === 403 && isLimit(answer))) {
		return { reason: "rate_limited", until: Math.min(allowedAgain(answer, now), now + LONGEST_WAIT_MS) };
	}
	if (status === 404 || status === 410) return { reason: "not_found", detail };
	if (status === 401 || status === 403) return { reason: "forbidden", detail };
	if (status >= 400 && status < 500) return { reason: "refused", status, detail };
	return { reason: "unavailable", detail };
}

function isLimit({ headers, message }: FailedAnswer): boolean {
	return (
		headers["retry-after"] !== undefined ||
		String(headers["x-ratelimit-remaining"]) === "0" ||
		/\brate limit\b|\babuse detection\b/i.test(message)
	);
}

/** By GitHub's rules, in order: the seconds it names, else the reset of the hourly limit, else a minute. */
function allowedAgain({ headers }: FailedAnswer, now: number): number {
	const seconds = wholeNumber(headers["retry-after"]);
	if (seconds !== undefined) return now + seconds * 1000;
	const reset = wholeNumber(headers["x-ratelimit-reset"]);
	const isUsedUp = String(headers["x-ratelimit-remaining"]) === "0";
	// One second more: the reset is rounded to whole seconds.
	if (isUsedUp && reset !== undefined && reset * 1000 > now) return (reset + 1) * 1000;
	return now + UNNAMED_WAIT_MS;
}

function wholeNumber(value: string | number | undefined): number | undefined {
	return value !== undefined && /^\d{1,12}$/.test(String(value)) ? Number(value) : undefined;
}

/** Whether the same request may be answered later. Any other reason stays. */
export function isTransient({ reason }: { readonly reason: string }): boolean {
	return reason === "rate_limited" || reason === "unavailable";
}

/** When to retry a request to GitHub, in ms; undefined if a retry cannot help, or a day has passed. */
export function retryTime(
	effects: { now(): number; random(): number },
	failure: GitHubFailure,
	history: { readonly tries: number; readonly since: number },
): number | undefined {
	const now = effects.now();
	if (now - history.since > DAY_MS) return undefined;
	switch (failure.reason) {
		case "rate_limited":
			return failure.until;
		case "unavailable":
			return now + backoffMs(history.tries + 1, { random: effects.random() });
		case "forbidden":
		case "not_found":
		case "refused":
			return undefined;
		default:
			return failure satisfies never;
	}
}

/** One clause for the journal. */
export function describeFailure(failure: GitHubFailure): string {
	const detail = "detail" in failure ? `: ${failure.detail.slice(0, 300)}` : "";
	return `GitHub: ${failure.reason}${detail}`;
}
