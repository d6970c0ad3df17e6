import type { Env } from "../env.ts";
import { errorResponse, jsonResponse } from "../http/responses.ts";
import { type ExportedIncident, exportIncident, exportIncidents, searchedPatterns } from "../journal/export.ts";
import { readFacts } from "../journal/facts.ts";
import { readStored } from "../journal/stored-json.ts";
import { systemClock } from "../runtime/clock.ts";
import { exportAuditPage } from "./export-audit.ts";
import { exportJournalPage } from "./export-journal.ts";
import { exportPipeline } from "./export-pipeline.ts";
import { sinceWhen } from "./insights/since.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import { readPageQuery, writeCursor } from "./page-query.ts";

const LIMITS = { usual: 25, highest: 50 };

/**
 * `GET /api/export?limit=&cursor=`: decided incidents with the context of their decisions, newest first, for
 * `healer backtest`, or with `incident=` one of them, for `healer case`; with `&with=pipeline&version=` an artefact, the active
 * one without a version, for `healer push`; with `&with=journal&since=`, the whole journal for `healer export`; with `&with=audit&since=`, the audit
 * trail for `healer audit`. It contains excerpts of logs.
 */
export async function exportIncidentsApi(request: Request, env: Env): Promise<Response> {
	const { searchParams } = new URL(request.url);
	const query = readPageQuery(searchParams, LIMITS);
	if (typeof query === "string") return errorResponse(400, query);

	const { limit, after } = query;
	const parts = searchParams.get("with") || undefined;
	if (parts === "pipeline") return await exportPipeline(env, searchParams.get("version") || undefined);
	if (parts !== undefined) {
		const since = readSince(searchParams.get("since"), systemClock.now());
		if (since === undefined) return errorResponse(400, SINCE_PROBLEM);
		if (parts === "journal") return await exportJournalPage(env.JOURNAL, { since, after, limit });
		if (parts === "audit") return await exportAuditPage(env.JOURNAL, { since, after, limit });
		return errorResponse(400, "with may be journal, audit or pipeline");
	}
	const id = searchParams.get("incident") || undefined;
	const rows = await (id === undefined
		? exportIncidents(env.JOURNAL, { limit: limit + 1, ...(after && { after }) })
		: exportIncident(env.JOURNAL, id));
	const page = rows.slice(0, limit);
	const last = page.at(-1);
	const versions = new Set(page.flatMap(({ searched_by }) => searched_by ?? []));
	return jsonResponse(200, {
		incidents: (await Promise.all(page.map((row) => exportedRow(env.JOURNAL, row)))).flat(),
		searched: await searchedPatterns(env.JOURNAL, [...versions]),
		next: rows.length > limit && last !== undefined ? writeCursor(last) : null,
	});
}

const SINCE_PROBLEM = "since is a length of time such as 7d, at most 366d, or an ISO 8601 time";

/** Everything unless it is given. */
function readSince(given: string | null, now: number): number | undefined {
	return given ? sinceWhen(given, now) : 0;
}

/** Skips an incident that cannot be read: no pipeline can be tested on it. */
async function exportedRow(
	db: D1Database,
	{ body, facts, context: stored, ...row }: ExportedIncident,
): Promise<readonly object[]> {
	const incident = readStored("incidents.incident", row.incident);
	if (!incident.ok) return [];
	const kept = await readFacts(db, { context: stored, body, facts });
	const context = kept === undefined ? undefined : readStored("facts.context", kept);
	return [
		{
			...row,
			created_at: isoOf(row.created_at),
			ended_at: isoOrNull(row.ended_at),
			incident: incident.value,
			context: context?.ok ? context.value : null,
		},
	];
}
