import * as z from "zod";
import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { type FlakeRow, listFlakes } from "../journal/flakes.ts";
import { systemClock } from "../runtime/clock.ts";
import { isoOf } from "./iso-time.ts";
import { readLimit, readTexts } from "./page-query.ts";
import type { FlakesPage, ShownFlake } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };

const authors = z.array(z.object({ login: z.string(), times: z.number() }));

/**
 * `GET /api/flakes?repository=&limit=`: what passed when it was run again, in the last 14 days, what was seen most often first.
 * `more` says whether there are others.
 */
export async function listFlakesApi(request: Request, env: Env): Promise<Response> {
	const { searchParams } = new URL(request.url);
	const limit = readLimit(searchParams, LIMITS);
	if (typeof limit === "string") return errorResponse(400, limit);
	const texts = readTexts(searchParams, ["repository"]);
	if (typeof texts === "string") return errorResponse(400, texts);
	const rows = await listFlakes(env.JOURNAL, { ...texts, now: systemClock.now(), limit: limit + 1 });
	const flakes = rows.slice(0, limit).map(present);
	return await taggedResponse(request, { flakes, more: rows.length > limit } satisfies FlakesPage);
}

/** With exactly these fields, in this order: `healer flakes --json` prints them. */
function present(row: FlakeRow): ShownFlake {
	const { repository, workflow, job, text, failure_type, seen, failed_again, incident_id } = row;
	return {
		...{ repository, workflow, job, text, failure_type, seen, failed_again },
		rate: seen / (seen + failed_again),
		first_seen_at: isoOf(row.first_seen_at),
		last_seen_at: isoOf(row.last_seen_at),
		authors: authors.parse(JSON.parse(row.authors)),
		incident_id,
	};
}
