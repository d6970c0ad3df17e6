import { jsonResponse } from "../http/responses.ts";
import { exportJournal, type JournalEntry, journalColumns } from "../journal/export.ts";
import type { Cursor } from "../journal/incident-list.ts";
import { readFound } from "../journal/packed-decision.ts";
import { readStored } from "../journal/stored-json.ts";
import type { ColumnSet } from "../journal/table.ts";
import { isoOf } from "./iso-time.ts";
import { writeCursor } from "./page-query.ts";

/**
 * One page of the journal for `healer export`, incidents in order of creation. `last` is the cursor behind the page, `more`
 * whether anything follows it.
 */
export async function exportJournalPage(
	db: D1Database,
	{ since, after, limit }: { readonly since: number; readonly after: Cursor | undefined; readonly limit: number },
): Promise<Response> {
	const entries = await exportJournal(db, { since, limit: limit + 1, ...(after && { after }) });
	const shown = entries.slice(0, limit);
	const last = shown.at(-1);
	return jsonResponse(200, {
		journal: await Promise.all(shown.map((entry) => exportedEntry(db, entry))),
		last: last === undefined ? null : writeCursor(last.incident),
		more: entries.length > limit,
	});
}

async function exportedEntry(
	db: D1Database,
	{ incident, decided, attempts, transitions, deliveries, audit }: JournalEntry,
): Promise<object> {
	const { explanation, context } = await readFound(db, incident, decided);
	const parts = {
		incident: readStored("incidents.incident", incident.incident),
		explanation: readStored("incidents.explanation", explanation),
		context: context === null ? undefined : readStored("incidents.context", context),
	};
	const damaged = Object.values(parts).flatMap((part) => (part === undefined || part.ok ? [] : [part.problem]));
	return {
		...withTimes(incident, journalColumns.incidents),
		...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part?.ok ? part.value : null])),
		...(damaged.length > 0 && { damaged }),
		attempts: attempts.map((row) => ofIncident(row, journalColumns.attempts)),
		transitions: transitions.map((row) => ofIncident(row, journalColumns.transitions)),
		deliveries: deliveries.map((row) => ofIncident(row, journalColumns.deliveries)),
		audit: audit.map(({ target: _, ...row }) => withTimes(row, journalColumns.audit)),
	};
}

function ofIncident(
	{ incident_id: _, ...row }: { readonly incident_id: string },
	of: { readonly columns: ColumnSet },
): object {
	return withTimes(row, of);
}

/** The columns that hold times are ISO 8601 in the answer. */
export function withTimes(row: object, { columns }: { readonly columns: ColumnSet }): object {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) =>
			columns[name]?.isTime && typeof value === "number" ? [name, isoOf(value)] : [name, value],
		),
	);
}
