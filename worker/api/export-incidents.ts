import type { Env } from "../env.ts";
import { hasToken } from "../http/access.ts";
import { answer, refuse } from "../http/answer.ts";
import { exportIncidents, searchedPatterns } from "../journal/export-incidents.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { exportJournalPage } from "./export-journal.ts";

const USUAL_LIMIT = 25;
const HIGHEST_LIMIT = 50;

/**
 * `GET /api/export?limit=&cursor=`: decided incidents with what the decisions rested on, newest first, for
 * `healer backtest`; with `&with=journal&since=`, the whole journal for `healer export`. By token alone, also on
 * loopback: it has excerpts of logs in it.
 */
export async function exportIncidentsApi(request: Request, env: Env): Promise<Response> {
	if (!(await hasToken(request, env))) return refuse(401, "unauthorized", { "www-authenticate": "Bearer" });
	const { searchParams } = new URL(request.url);
	const limit = searchParams.get("limit") || String(USUAL_LIMIT);
	if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) return refuse(400, "limit is a number from 1 to 50");
	const cursor = searchParams.get("cursor") || undefined;
	const after = cursor === undefined ? undefined : readCursor(cursor);
	if (cursor !== undefined && after === undefined) return refuse(400, "the cursor is not one that was given out");

	const shown = Math.min(HIGHEST_LIMIT, Number(limit));
	const parts = searchParams.get("with") || undefined;
	if (parts === "journal") {
		return await exportJournalPage(env.JOURNAL, { since: searchParams.get("since") || null, after, limit: shown });
	}
	if (parts !== undefined) return refuse(400, "with may be journal");
	const rows = await exportIncidents(env.JOURNAL, { limit: shown + 1, ...(after && { after }) });
	const page = rows.slice(0, shown);
	const last = page.at(-1);
	const versions = new Set(page.flatMap(({ searched_by }) => searched_by ?? []));
	return answer(200, {
		incidents: page.map((row) => ({
			...row,
			created_at: new Date(row.created_at).toISOString(),
			incident: JSON.parse(row.incident),
			context: row.context === null ? null : JSON.parse(row.context),
		})),
		searched: await searchedPatterns(env.JOURNAL, [...versions]),
		next: rows.length > shown && last !== undefined ? writeCursor(last) : null,
	});
}
