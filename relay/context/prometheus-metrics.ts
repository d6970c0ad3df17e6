import * as z from "zod";
import { bindQuery } from "./bind-query.ts";
import { boundPromQl } from "./bound-query.ts";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import type { QueryBounds } from "./query-bounds.ts";
import { readAnswer } from "./read-answer.ts";
import { shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** https://prometheus.io/docs/prometheus/latest/querying/api/#querying-label-values */
const answerSchema = z.object({ data: z.array(z.string()) });

const MAX_METRICS = 200;

/** `prometheus.metrics`: the names of the metrics that the selected series have had since. */
export function prometheusMetrics(prometheus: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["prometheus.metrics"], async ({ query, values, since }, { now, signal }) => {
		const bound = bindQuery(query, values);
		if (!bound.ok) return failed(bound.why);
		const bounded = boundPromQl(bound.query, since, bounds);
		if (!bounded.ok) return failed(bounded.problem);
		const question = {
			path: ["api", "v1", "label", "__name__", "values"],
			query: [
				["match[]", bounded.value],
				["start", String((now - since) / 1000)],
				["end", String(now / 1000)],
				["limit", String(MAX_METRICS + 1)],
			] as const,
			signal,
			fetch,
		};
		const answer = await readAnswer(prometheus, question, answerSchema);
		if (!answer.ok) return failed(answer.why);
		const names = answer.value.data;
		if (names.length === 0) return { status: "empty" };
		const more = names.length > MAX_METRICS;
		return {
			status: "ok",
			data: { metrics: names.slice(0, MAX_METRICS).map(shownWord) },
			...(more && { incomplete: `only the first ${MAX_METRICS} metrics are listed` }),
		};
	});
}
