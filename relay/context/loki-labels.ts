import * as z from "zod";
import { bindQuery } from "./bind-query.ts";
import { boundLogQl } from "./bound-query.ts";
import type { Endpoint } from "./endpoint.ts";
import { PARAMETERS } from "./parameters.ts";
import { type QueryBounds, shownDuration } from "./query-bounds.ts";
import { readAnswer } from "./read-answer.ts";
import { shownLine, shownWord } from "./shown.ts";
import { checkedSource, failed, type Source } from "./source.ts";

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#list-series */
const answerSchema = z.object({ data: z.array(z.record(z.string(), z.string())).nullish() });

const MAX_LABELS = 30;
const MAX_VALUES = 30;

/**
 * `loki.labels`: the labels of the selected streams, each with its values. Loki's own lists of names and values take a
 * selector only since version 3 and ignore it before; its list of series always obeys it, and no other namespace shows.
 */
export function lokiLabels(loki: Endpoint, bounds: QueryBounds, fetch: typeof globalThis.fetch): Source {
	return checkedSource(PARAMETERS["loki.labels"], async ({ query, values, since }, { now, signal }) => {
		const bound = bindQuery(query, values);
		if (!bound.ok) return failed(bound.why);
		if (since > bounds.rangeMs) {
			const most = shownDuration(bounds.rangeMs);
			return failed(`since: ${shownDuration(since)} is more than HEALER_QUERY_RANGE (${most})`);
		}
		const bounded = boundLogQl(bound.query, bounds);
		if (!bounded.ok) return failed(bounded.problem);
		const question = {
			path: ["loki", "api", "v1", "series"],
			query: [
				["match[]", bounded.value],
				["start", nanoseconds(now - since)],
				["end", nanoseconds(now)],
			] as const,
			signal,
			fetch,
		};
		const answer = await readAnswer(loki, question, answerSchema);
		if (!answer.ok) return failed(answer.why);
		const labels = labelLines(answer.value.data ?? []);
		return labels.length === 0 ? { status: "empty" } : { status: "ok", data: { labels } };
	});
}

/** `app: api, web`, by name. */
function labelLines(series: readonly Readonly<Record<string, string>>[]): string[] {
	const found = new Map<string, Set<string>>();
	for (const [name, value] of series.flatMap(Object.entries<string>)) {
		const values = found.get(name) ?? new Set();
		found.set(name, values.add(value));
	}
	const lines = [...found]
		.toSorted(([one], [other]) => (one < other ? -1 : 1))
		.map(([name, values]) => {
			const shown = [...values].toSorted().slice(0, MAX_VALUES).map(shownWord);
			const more = values.size > MAX_VALUES ? [`and ${values.size - MAX_VALUES} more`] : [];
			return shownLine(`${shownWord(name)}: ${[...shown, ...more].join(", ")}`);
		});
	const more = lines.length > MAX_LABELS ? [`and ${lines.length - MAX_LABELS} more labels`] : [];
	return [...lines.slice(0, MAX_LABELS), ...more];
}

function nanoseconds(ms: number): string {
	return String(BigInt(Math.floor(ms)) * 1_000_000n);
}
