import { jsonResponse } from "../http/responses.ts";
import { auditTable, listAudit } from "../journal/audit.ts";
import type { Cursor } from "../journal/incident-list.ts";
import { withTimes } from "./export-journal.ts";
import { writeCursor } from "./page-query.ts";

/** One page of the audit trail for `healer audit`, in order. `last` and `more` are those of the journal's pages. */
export async function exportAuditPage(
	db: D1Database,
	{ since, after, limit }: { readonly since: number; readonly after: Cursor | undefined; readonly limit: number },
): Promise<Response> {
	const behind = after && { at: after.created_at, id: Number(after.id) };
	const rows = await listAudit(db, { since, limit: limit + 1, ...(behind && { after: behind }) });
	const shown = rows.slice(0, limit);
	const last = shown.at(-1);
	return jsonResponse(200, {
		audit: shown.map(({ id: _, ...row }) => withTimes(row, auditTable)),
		last: last === undefined ? null : writeCursor({ created_at: last.at, id: String(last.id).padStart(32, "0") }),
		more: rows.length > limit,
	});
}
