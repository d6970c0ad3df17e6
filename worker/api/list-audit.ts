import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { newestAudit } from "../journal/audit.ts";
import { isoOf } from "./iso-time.ts";
import { readPageQuery } from "./page-query.ts";
import type { AuditPage } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };

/** `GET /api/audit?limit=&before=`: the newest lines of the audit trail; `next` is the next page's `before`. */
export async function listAuditApi(request: Request, env: Env): Promise<Response> {
	const { searchParams } = new URL(request.url);
	const query = readPageQuery(searchParams, LIMITS);
	if (typeof query === "string") return errorResponse(400, query);
	const before = searchParams.get("before") || undefined;
	if (before !== undefined && !/^\d{1,15}$/.test(before)) return errorResponse(400, "before is the `next` of a page");

	const rows = await newestAudit(env.JOURNAL, {
		limit: query.limit + 1,
		...(before !== undefined && { before: Number(before) }),
	});
	const shown = rows.slice(0, query.limit);
	const last = shown.at(-1);
	return await taggedResponse(request, {
		audit: shown.map(({ id: _, at, ...row }) => ({ at: isoOf(at), ...row })),
		next: rows.length > shown.length && last !== undefined ? String(last.id) : null,
	} satisfies AuditPage);
}
