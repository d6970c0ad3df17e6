import type { Env } from "../../env.ts";
import { errorResponse, taggedResponse } from "../../http/responses.ts";
import { systemClock } from "../../runtime/clock.ts";
import { countFigures } from "./figures.ts";
import { presentInsights } from "./present-insights.ts";
import { sinceWhen } from "./since.ts";
import { suggestRules } from "./suggest-rules.ts";

/** `GET /api/insights?since=7d&repository=`: figures counted from the journal (docs/insights.md). */
export async function insightsApi(request: Request, env: Env): Promise<Response> {
	const { searchParams } = new URL(request.url);
	const since = sinceWhen(searchParams.get("since") || "7d", systemClock.now());
	if (since === undefined)
		return errorResponse(400, "since is a length of time such as 7d, at most 366d, or an ISO 8601 time");
	const counted = { since, repository: searchParams.get("repository") || null };
	const counts = await countFigures(env.JOURNAL, counted);
	const isWrong = counts.some(({ dimension, corrected }) => dimension === "total" && corrected > 0);
	const suggestions = isWrong ? await suggestRules(env.JOURNAL, counted) : [];
	return await taggedResponse(request, presentInsights(counted, counts, suggestions));
}
