import type { Env } from "../env.ts";
import { hasToken } from "../http/auth.ts";
import { errorResponse, jsonResponse, unauthorized } from "../http/responses.ts";
import { type ExportedIncident, exportIncidents, searchedPatterns } from "../journal/export.ts";
import { readStored } from "../journal/stored-json.ts";
import { exportJournalPage } from "./export-journal.ts";
import { isoOf } from "./iso-time.ts";
import { readPageQuery, writeCursor } from "./page-query.ts";

const LIMITS = { usual: 25, highest: 50 };

/**
 * `GET /api/export?limit=&cursor=`: decided incidents with the context of their decisions, newest first, for
 * `healer backtest`; with `&with=journal&since=`, the whole journal for `healer export`. By token only, also on loopback: it
 * contains excerpts of logs.
 */
export async function exportIncidentsApi(request: Request, env: Env): Promise<Response> {
	if (!(await hasToken(request, env))) return unauthorized();
	const { searchParams } = new URL(request.url);
	const query = readPageQuery(searchParams, LIMITS);
	if (typeof query === "string") return errorResponse(400, query);

	const { limit, after } = query;
	const parts = searchParams.get("with") || undefined;
	if (parts === "journal") {
		return await exportJournalPage(env.JOURNAL, { since: searchParams.get("since") || null, after, limit });
	}
	if (parts !== undefined) return errorResponse(400, "with may be journal");
	const rows = await exportIncidents(env.JOURNAL, { limit: limit + 1, ...(after && { after }) });
	const page = rows.slice(0, limit);
	const last = page.at(-1);
	const versions = new Set(page.flatMap(({ searched_by }) => searched_by ?? []));
	return jsonResponse(200, {
		incidents: page.flatMap(exportedRow),
		searched: await searchedPatterns(env.JOURNAL, [...versions]),
		next: rows.length > limit && last !== undefined ? writeCursor(last) : null,
	});
}

/** Skips an incident that cannot be read: no pipeline can be tested on it. */
function exportedRow(row: ExportedIncident): readonly object[] {
	const incident = readStored("incidents.incident", row.incident);
	if (!incident.ok) return [];
	const context = row.context === null ? undefined : readStored("facts.context", row.context);
	return [
		{
			...row,
			created_at: isoOf(row.created_at),
			incident: incident.value,
			context: context?.ok ? context.value : null,
		},
	];
}
