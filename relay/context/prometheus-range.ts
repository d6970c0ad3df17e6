import * as z from "zod";
import { bindQuery } from "./bind-query.ts";
import { boundPromQl } from "./bound-query.ts";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import type { QueryBounds } from "./query-bounds.ts";
import { readAnswer } from "./read-answer.ts";
import { shownLine, shownTime, shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries */
const answerSchema = z.object({
	data: z.object({
		resultType: z.literal("matrix"),
		result: z.array(
			z.object({
				metric: z.record(z.string(), z.string()),
				values: z.array(z.tuple([z.number(), z.string()])).default([]),
			}),
		),
	}),
});
type Series = z.infer<typeof answerSchema>["data"]["result"][number];

const MAX_SERIES = 20;
/** Points of one series: enough to see when something began. */
const POINTS = 12;
const LEAST_STEP_S = 15;

/** `prometheus.query_range`: how each series of the query went, one line each, from the oldest point to the newest. */
export function prometheusRange(prometheus: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["prometheus.query_range"], async ({ query, values, since }, { now, signal }) => {
		const bound = bindQuery(query, values);
		if (!bound.ok) return failed(bound.why);
		// Its first point is evaluated as far back.
		const bounded = boundPromQl(bound.query, since, bounds);
		if (!bounded.ok) return failed(bounded.problem);
		const step = Math.max(LEAST_STEP_S, Math.ceil(since / 1000 / POINTS));
		const question = {
			path: ["api", "v1", "query_range"],
			query: [
				["query", bounded.value],
				["start", String((now - since) / 1000)],
				["end", String(now / 1000)],
				["step", String(step)],
			] as const,
			signal,
			fetch,
		};
		const answer = await readAnswer(prometheus, question, answerSchema);
		if (!answer.ok) return failed(answer.why);
		const all = answer.value.data.result.filter(({ values }) => values.length > 0);
		if (all.length === 0) return { status: "empty" };
		const more = all.length > MAX_SERIES ? [`and ${all.length - MAX_SERIES} more`] : [];
		return { status: "ok", data: { series: [...all.slice(0, MAX_SERIES).map(seriesLine), ...more] } };
	});
}

/** `{pod="web-1"}, 2026-01-02T03:00:00.000Z to 2026-01-02T03:30:00.000Z: 0 0 0.5 7.25`. */
function seriesLine({ metric, values }: Series): string {
	const { __name__: name = "", ...labels } = metric;
	const shown = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(shownWord(value))}`);
	const points = values.slice(-POINTS - 1);
	const at = (index: number) => shownTime((points.at(index)?.[0] ?? Number.NaN) * 1000);
	const numbers = points.map(([, text]) => shortNumber(text)).join(" ");
	return shownLine(`${shownWord(name)}{${shown.join(", ")}}, ${at(0)} to ${at(-1)}: ${numbers}`);
}

/** Four digits are enough to see a change. */
function shortNumber(text: string): string {
	const value = Number(text);
	return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : shownWord(text);
}
