import * as z from "zod";
import { bindQuery } from "./bind-query.ts";
import { boundLogQl } from "./bound-query.ts";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import { type QueryBounds, shownDuration } from "./query-bounds.ts";
import { readAnswer } from "./read-answer.ts";
import { shownLine, shownTime, shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time */
const answerSchema = z.object({
	data: z.object({
		resultType: z.literal("streams"),
		result: z.array(
			z.object({
				stream: z.record(z.string(), z.string()),
				/** Nanoseconds and line; a third element holds structured metadata. */
				values: z.array(z.tuple([z.string().regex(/^\d{1,19}$/), z.string()], z.unknown())),
			}),
		),
	}),
});
type Streams = z.infer<typeof answerSchema>["data"]["result"];

/** Labels that name a line's origin, in order of preference. */
const ORIGINS = ["pod", "instance", "app", "service_name", "job"];

/** `loki.query_range`: the newest lines that match the query, newest first, each with its time and origin. */
export function lokiQueryRange(loki: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["loki.query_range"], async ({ query, values, since, limit }, { now, signal }) => {
		const bound = bindQuery(query, values);
		if (!bound.ok) return failed(bound.why);
		const tooWide = findTooWide({ since, limit }, bounds);
		if (tooWide !== undefined) return failed(tooWide);
		const bounded = boundLogQl(bound.query, bounds);
		if (!bounded.ok) return failed(bounded.problem);
		const question = {
			path: ["loki", "api", "v1", "query_range"],
			query: [
				["query", bounded.value],
				["start", nanoseconds(now - since)],
				["end", nanoseconds(now)],
				["limit", String(limit)],
				["direction", "backward"],
			] as const,
			signal,
			fetch,
		};
		const answer = await readAnswer(loki, question, answerSchema);
		if (!answer.ok) return failed(answer.why);
		const lines = newestLines(answer.value.data.result, limit);
		return lines.length === 0 ? { status: "empty" } : { status: "ok", data: { lines } };
	});
}

function findTooWide(asked: { since: number; limit: number }, { rangeMs, limit }: QueryBounds): string | undefined {
	if (asked.since > rangeMs) {
		return `since: ${shownDuration(asked.since)} is more than HEALER_QUERY_RANGE (${shownDuration(rangeMs)})`;
	}
	return asked.limit > limit ? `limit: ${asked.limit} is more than HEALER_QUERY_LIMIT (${limit})` : undefined;
}

/** Each stream is sorted, but not the streams among each other. */
function newestLines(streams: Streams, limit: number): string[] {
	const lines = streams.flatMap(({ stream, values }) => {
		const origin = ORIGINS.find((label) => stream[label]);
		const from = origin === undefined ? "" : ` ${shownWord(stream[origin] ?? "")}:`;
		return values.map(([at, line]) => ({ at: BigInt(at), from, line }));
	});
	return lines
		.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
		.slice(0, limit)
		.map(({ at, from, line }) => `${shownTime(Number(at / 1_000_000n))}${from} ${shownLine(line)}`);
}

function nanoseconds(ms: number): string {
	return String(BigInt(Math.floor(ms)) * 1_000_000n);
}
