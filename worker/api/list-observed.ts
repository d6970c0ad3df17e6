import * as z from "zod";
import { MINUTE_MS } from "../../wire/durations.ts";
import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { reportObserved } from "../journal/observed-report.ts";
import type { ObservedRow } from "../journal/observed-row.ts";
import { systemClock } from "../runtime/clock.ts";
import { sinceWhen } from "./insights/since.ts";
import { adviseOn } from "./observed-advice.ts";
import { readLimit, readTexts } from "./page-query.ts";
import type { ObservedPage, ShownObserved } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };
const USUAL = "30d";

const times = z.array(z.number());

/**
 * `GET /api/observed?repository=&since=&limit=`: what would have been done for failures that autonomy `observe` kept from agents,
 * by agent, rule and failure type, and what became of them; the most frequent first. `more` says whether there are others.
 */
export async function listObservedApi(request: Request, env: Env): Promise<Response> {
	const { searchParams } = new URL(request.url);
	const limit = readLimit(searchParams, LIMITS);
	if (typeof limit === "string") return errorResponse(400, limit);
	const texts = readTexts(searchParams, ["repository"]);
	if (typeof texts === "string") return errorResponse(400, texts);
	const since = sinceWhen(searchParams.get("since") || USUAL, systemClock.now());
	if (since === undefined) return errorResponse(400, "since is a length of time such as 7d, or an ISO 8601 time");
	const rows = await reportObserved(env.JOURNAL, { ...texts, since, limit: limit + 1 });
	const observed = rows.slice(0, limit).map(present);
	return await taggedResponse(request, { observed, more: rows.length > limit } satisfies ObservedPage);
}

/** With exactly these fields, in this order: `healer observed --json` prints them. */
function present(row: ObservedRow): ShownObserved {
	const { times: stored, incident_id, ...counts } = row;
	const middle = medianOf(times.parse(JSON.parse(stored)));
	return {
		...counts,
		median_minutes: middle === undefined ? null : Math.round(middle / MINUTE_MS),
		...adviseOn(row),
		incident_id,
	};
}

function medianOf(values: readonly number[]): number | undefined {
	const sorted = values.toSorted((one, other) => one - other);
	const half = Math.floor(sorted.length / 2);
	const [below, above] = [sorted[half - 1], sorted[half]];
	if (above === undefined) return undefined;
	return sorted.length % 2 === 1 || below === undefined ? above : (below + above) / 2;
}
