import pLimit from "p-limit";
import { systemClock } from "../runtime/clock.ts";

// A Worker may wait for the headers of six connections at once:
// https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
const MOST_AT_ONCE = 4;
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
const BETWEEN_WRITES_MS = 1000;
const BEFORE_RETRIES_MS = [250, 1000];

/**
 * A fetch for GitHub's API: a few requests at once, a pause between writes, and two quick retries after a server error or a
 * lost connection. It never waits for a rate limit: an incident does that in the journal.
 *
 * Create one for each invocation. Timers and promises end with the invocation that made them
 * (https://developers.cloudflare.com/workers/runtime-apis/bindings/#making-changes-to-bindings says the same of
 * bindings), so a shared one could wait for a slot that is never released.
 */
export function retryingFetch(fetcher: typeof fetch): typeof fetch {
	return withRetries(throttled(fetcher));
}

function withRetries(fetcher: typeof fetch): typeof fetch {
	return async (input, init) => {
		for (const pauseMs of mayRepeat(input, init) ? BEFORE_RETRIES_MS : []) {
			const response = await fetcher(input, init).catch((cause) => {
				if (init?.signal?.aborted) throw cause;
			});
			if (response !== undefined && response.status < 500) return response;
			await response?.body?.cancel();
			await systemClock.sleep(pauseMs);
		}
		return await fetcher(input, init);
	};
}

function throttled(fetcher: typeof fetch): typeof fetch {
	const withSlot = pLimit(MOST_AT_ONCE);
	let writable = Promise.resolve();
	const awaitTurnToWrite = () => {
		const turn = writable;
		writable = turn.then(() => systemClock.sleep(BETWEEN_WRITES_MS));
		return turn;
	};
	return async (input, init) => {
		if (isWrite(input, init)) await awaitTurnToWrite();
		return await withSlot(() => fetcher(input, init));
	};
}

type Input = Parameters<typeof fetch>[0];

/** A repeated POST could create something twice: GitHub may have processed it before the answer was lost. */
function mayRepeat(input: Input, init: RequestInit | undefined): boolean {
	return init?.method !== "POST" || isForToken(input);
}

function isWrite(input: Input, init: RequestInit | undefined): boolean {
	return init?.method !== "GET" && !isForToken(input);
}

function isForToken(input: Input): boolean {
	return String(input).endsWith("/access_tokens");
}

// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
const MOVED: ReadonlySet<number> = new Set([301, 307, 308]);
const MOST_MOVES = 3;

/**
 * A fetch that follows a redirect to the same API with the same request, token included: a renamed or transferred repository
 * has another path. Any other redirect is the answer: content stored elsewhere gets no token, and no other host is asked.
 */
export function followingMoves(fetcher: typeof fetch): typeof fetch {
	return async (input, init) => {
		let url = new Request(input).url;
		for (let moves = 0; ; moves++) {
			const response = await fetcher(url, { ...init, redirect: "manual" });
			const to = MOVED.has(response.status) ? response.headers.get("location") : null;
			const next = to !== null && URL.canParse(to, url) ? new URL(to, url) : undefined;
			if (next === undefined || next.origin !== new URL(url).origin || moves === MOST_MOVES) return response;
			await response.body?.cancel();
			url = next.href;
		}
	};
}

/** The maximum size of an answer, in bytes: the files of a pull request with all their diffs are far smaller. */
const LARGEST = 8 * 1024 * 1024;

/** A fetch whose bodies fail beyond 8 MB, whatever the server sends. */
export function boundedFetch(fetcher: typeof fetch, largest = LARGEST): typeof fetch {
	return async (input, init) => {
		const response = await fetcher(input, init);
		if (response.body === null) return response;
		const bounded = response.body.pipeThrough(endBeyond(largest));
		return new Response(bounded, { status: response.status, headers: response.headers });
	};
}

function endBeyond(largest: number): TransformStream<Uint8Array, Uint8Array> {
	let seen = 0;
	return new TransformStream({
		transform(chunk, controller) {
			seen += chunk.byteLength;
			if (seen > largest) controller.error(new Error(`the answer is larger than ${largest} bytes`));
			else controller.enqueue(chunk);
		},
	});
}
