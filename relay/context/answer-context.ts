import type { ContextWireRequest, ContextWireResponse } from "../../wire/context.ts";
import { MAX_CONTEXT_ANSWER_BYTES } from "../../wire/limits.ts";
import { TimedOut, withTimeout } from "../../wire/with-timeout.ts";
import type { Clock } from "../clock.ts";
import { type ContextSources, failed, type SourceAnswer } from "./source.ts";

/** Room for the fields around a part's data. */
const ENVELOPE_BYTES = 1_024;

type RequestedSource = ContextWireRequest["sources"][number];

/**
 * Queries all requested sources concurrently, each with its own timeout. A failing source costs only its own part;
 * `onBug` receives errors that a source should never throw.
 */
export async function answerContext(
	requested: readonly RequestedSource[],
	{
		sources,
		clock,
		onBug,
	}: { readonly sources: ContextSources; readonly clock: Clock; readonly onBug: (error: unknown) => void },
): Promise<ContextWireResponse> {
	const share = Math.floor(MAX_CONTEXT_ANSWER_BYTES / Math.max(1, requested.length)) - ENVELOPE_BYTES;
	const results = requested.map(async (one) => {
		const started = clock.monotonic();
		const ask = (signal: AbortSignal) => sources[one.from](one.with, { now: clock.now(), signal });
		const answer = await withTimeout(ask, one.timeout_ms).catch((error: unknown) => {
			if (error instanceof TimedOut) return failed(`no answer within ${one.timeout_ms / 1000} s`);
			onBug(error);
			return failed("internal error in the relay; see its log");
		});
		return {
			name: one.name,
			from: one.from,
			took_ms: Math.max(0, clock.monotonic() - started),
			...withinShare(answer, share),
		};
	});
	return { results: await Promise.all(results) };
}

/** A part that is too large must not take the space of the others. */
function withinShare(answer: SourceAnswer, share: number): SourceAnswer {
	if (answer.status !== "ok" || Buffer.byteLength(JSON.stringify(answer.data)) <= share) return answer;
	return failed(`the result is larger than its share of ${Math.floor(share / 1024)} KiB: narrow the query`);
}
