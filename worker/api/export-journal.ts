import { errorResponse, jsonResponse } from "../http/responses.ts";
import { exportJournal, type JournalEntry, journalColumns } from "../journal/export.ts";
import { readStored } from "../journal/stored-json.ts";
import type { ColumnSet } from "../journal/table.ts";
import { systemClock } from "../runtime/clock.ts";
import { sinceWhen } from "./insights/since.ts";
import { isoOf } from "./iso-time.ts";
import { type Cursor, writeCursor } from "./page-query.ts";

/**
 * One page of the journal for `healer export`, incidents in order of creation. `last` is the cursor behind the page, `more`
 * whether anything follows it.
 */
export async function exportJournalPage(
	db: D1Database,
	page: { readonly since: string | null; readonly after: Cursor | undefined; readonly limit: number },
): Promise<Response> {
	const since = page.since === null ? 0 : sinceWhen(page.since, systemClock.now());
	if (since === undefined)
		return errorResponse(400, "since is a length of time such as 7d, at most 366d, or an ISO 8601 time");
	const { after, limit } = page;
	const entries = await exportJournal(db, { since, limit: limit + 1, ...(after && { after }) });
	const shown = entries.slice(0, limit);
	const last = shown.at(-1);
	return jsonResponse(200, {
		journal: shown.map(exportedEntry),
		last: last === undefined ? null : writeCursor(last.incident),
		more: entries.length > limit,
	});
}

function exportedEntry({ incident, attempts, transitions, deliveries }: JournalEntry): object {
	const parts = {
		incident: readStored("incidents.incident", incident.incident),
		explanation: readStored("incidents.explanation", incident.explanation),
		context: incident.context === null ? undefined : readStored("incidents.context", incident.context),
	};
	const damaged = Object.values(parts).flatMap((part) => (part === undefined || part.ok ? [] : [part.problem]));
	return {
		...withTimes(incident, journalColumns.incidents),
		...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part?.ok ? part.value : null])),
		...(damaged.length > 0 && { damaged }),
		attempts: attempts.map((row) => ofIncident(row, journalColumns.attempts)),
		transitions: transitions.map((row) => ofIncident(row, journalColumns.transitions)),
		deliveries: deliveries.map((row) => ofIncident(row, journalColumns.deliveries)),
	};
}

function ofIncident(
	{ incident_id: _, ...row }: { readonly incident_id: string },
	of: { readonly columns: ColumnSet },
): object {
	return withTimes(row, of);
}

/** The columns that hold times are ISO 8601 in the answer. */
function withTimes(row: object, { columns }: { readonly columns: ColumnSet }): object {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) =>
			columns[name]?.isTime && typeof value === "number" ? [name, isoOf(value)] : [name, value],
		),
	);
}
