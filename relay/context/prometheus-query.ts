import * as z from "zod";
import { bindQuery } from "./bind-query.ts";
import { boundPromQl } from "./bound-query.ts";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import type { QueryBounds } from "./query-bounds.ts";
import { type AnswerReading, readAnswer } from "./read-answer.ts";
import { checkedSource, failed, type Source, type SourceCall } from "./source.ts";

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const sampleSchema = z.tuple([z.number(), z.string()]);
const answerSchema = z.object({
	data: z.discriminatedUnion("resultType", [
		z.object({ resultType: z.literal("vector"), result: z.array(z.object({ value: sampleSchema })) }),
		z.object({ resultType: z.literal("scalar"), result: sampleSchema }),
	]),
});

/**
 * `prometheus.query`: the query's single number now, and `before` ago. A spike is more than `threshold` times the
 * earlier value and above `floor`. If only one of the two has no sample, or is NaN (a ratio of nothing), it counts as
 * 0.
 */
export function prometheusQuery(prometheus: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["prometheus.query"], async (parameters, call) => {
		const { before, threshold, floor } = parameters;
		const bound = bindQuery(parameters.query, parameters.values);
		if (!bound.ok) return failed(bound.why);
		const bounded = boundPromQl(bound.query, before, bounds);
		if (!bounded.ok) return failed(bounded.problem);
		const at = (ms: number) => numberAt(prometheus, fetch, bounded.value, ms, call);
		const [now, then] = await Promise.all([at(call.now), at(call.now - before)]);
		if (!now.ok) return failed(now.why);
		if (!then.ok) return failed(then.why);
		if (now.value === undefined && then.value === undefined) return { status: "empty" };
		const rate = { now: now.value ?? 0, before: then.value ?? 0 };
		return { status: "ok", data: { ...rate, spike: rate.now > floor && rate.now > rate.before * threshold } };
	});
}

async function numberAt(
	prometheus: Endpoint,
	fetch: typeof globalThis.fetch,
	query: string,
	ms: number,
	{ signal }: SourceCall,
): Promise<AnswerReading<number | undefined>> {
	const parameters = [["query", query] as const, ["time", String(ms / 1000)] as const];
	const question = { path: ["api", "v1", "query"], query: parameters, signal, fetch };
	const answer = await readAnswer(prometheus, question, answerSchema);
	if (!answer.ok) return answer;
	const { data } = answer.value;
	const samples = data.resultType === "scalar" ? [data.result] : data.result.map(({ value }) => value);
	if (samples.length > 1) {
		return { ok: false, why: `the query returns ${samples.length} series: sum them, or select one` };
	}
	const [, text] = samples[0] ?? [];
	if (text === undefined || text === "NaN") return { ok: true, value: undefined };
	const value = text.trim() === "" ? Number.NaN : Number(text);
	return Number.isFinite(value) ? { ok: true, value } : { ok: false, why: "the query returns no number" };
}
