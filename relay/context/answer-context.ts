import type { ContextWireRequest, ContextWireResponse } from "../../wire/context.ts";
import { MAX_CONTEXT_ANSWER_BYTES } from "../../wire/limits.ts";
import type { Clock } from "../clock.ts";
import { type ContextSources, failed, type SourceAnswer } from "./source.ts";

/** For what stands around a part's data. */
const ENVELOPE_BYTES = 1_024;

type Wanted = ContextWireRequest["sources"][number];

/**
 * Asks all that is wanted at once, each under its own timeout from when it is asked. What one does costs its own part
 * only; `onBug` hears of what a source should never do.
 */
export async function answerContext(
	wanted: readonly Wanted[],
	{
		sources,
		clock,
		onBug,
	}: { readonly sources: ContextSources; readonly clock: Clock; readonly onBug: (error: unknown) => void },
): Promise<ContextWireResponse> {
	const share = Math.floor(MAX_CONTEXT_ANSWER_BYTES / Math.max(1, wanted.length)) - ENVELOPE_BYTES;
	const results = wanted.map(async (one) => {
		const started = clock.monotonic();
		const answer = await inTime(one, sources, clock).catch((error: unknown) => {
			onBug(error);
			return failed("the relay made a mistake in asking; its log says which");
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

async function inTime(one: Wanted, sources: ContextSources, clock: Clock): Promise<SourceAnswer> {
	const stop = new AbortController();
	const late = failed(`no answer within ${one.timeout_ms / 1000} s`);
	let timer: NodeJS.Timeout | undefined;
	const ending = new Promise<SourceAnswer>((resolve) => {
		timer = setTimeout(() => {
			resolve(late);
			stop.abort();
		}, one.timeout_ms);
	});
	try {
		return await Promise.race([sources[one.from](one.with, { now: clock.now(), signal: stop.signal }), ending]);
	} finally {
		clearTimeout(timer);
	}
}

/** One part that is too large must not cost the others theirs. */
function withinShare(answer: SourceAnswer, share: number): SourceAnswer {
	if (answer.status !== "ok" || Buffer.byteLength(JSON.stringify(answer.data)) <= share) return answer;
	return failed(`what was found is more than the ${Math.floor(share / 1024)} KiB of its share: ask for less`);
}
