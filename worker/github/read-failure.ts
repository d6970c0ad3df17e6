import type { GitHubFailure } from "./github.ts";

/** What an answer that failed says of itself. Header names are in lower case. */
export interface FailedAnswer {
	readonly status: number;
	readonly message: string;
	readonly headers: Readonly<Record<string, string | number | undefined>>;
}

// "Otherwise, wait for at least one minute": https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
const UNNAMED_WAIT_MS = 60_000;
// A primary limit is by the hour. A time further off than this is nobody's rate limit.
const LONGEST_WAIT_MS = 65 * 60_000;
const LONGEST_DETAIL = 300;

/** Why GitHub did not give what was asked for. `now` is in milliseconds since 1970. */
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

/** In the order of GitHub's own rules: the seconds it names, else when the hour's allowance is new, else a minute. */
function allowedAgain({ headers }: FailedAnswer, now: number): number {
	const seconds = wholeNumber(headers["retry-after"]);
	if (seconds !== undefined) return now + seconds * 1000;
	const reset = wholeNumber(headers["x-ratelimit-reset"]);
	const isUsedUp = String(headers["x-ratelimit-remaining"]) === "0";
	// One second more: the reset is told in whole seconds.
	if (isUsedUp && reset !== undefined && reset * 1000 > now) return (reset + 1) * 1000;
	return now + UNNAMED_WAIT_MS;
}

function wholeNumber(value: string | number | undefined): number | undefined {
	return value !== undefined && /^\d{1,12}$/.test(String(value)) ? Number(value) : undefined;
}
