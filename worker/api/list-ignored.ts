import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { writeCounts } from "../ingest/write-counts.ts";
import { type IgnoredDelivery, type IgnoredQuery, listIgnored } from "../journal/ignored-deliveries.ts";
import { createLog } from "../log.ts";
import { isoOf } from "./iso-time.ts";
import { readLimit, readTexts } from "./page-query.ts";
import type { IgnoredPage, ShownIgnored } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };

/**
 * `GET /api/ignored?text=&filter=&repository=&event=&limit=&before=`: the last ignored deliveries, newest first; `next` is the
 * `before` of the next page. `filters` counts them by filter, whatever `filter` and `before` are.
 */
export async function listIgnoredApi(request: Request, env: Env): Promise<Response> {
	const query = readQuery(new URL(request.url).searchParams);
	if (typeof query === "string") return errorResponse(400, query);
	await writeCounts({ journal: env.JOURNAL, log: createLog() });
	// One more than requested shows whether there is a next page.
	const { ignored: rows, filters } = await listIgnored(env.JOURNAL, { ...query, limit: query.limit + 1 });
	const ignored = rows.slice(0, query.limit);
	const last = ignored.at(-1);
	const next = rows.length > ignored.length && last !== undefined ? `${last.at}.${last.delivery_id}` : null;
	return await taggedResponse(request, { ignored: ignored.map(present), filters, next } satisfies IgnoredPage);
}

function readQuery(params: URLSearchParams): IgnoredQuery | string {
	const limit = readLimit(params, LIMITS);
	if (typeof limit === "string") return limit;
	const texts = readTexts(params, ["text", "filter", "repository", "event"]);
	if (typeof texts === "string") return texts;
	const given = params.get("before") || undefined;
	const before = given === undefined ? undefined : readBefore(given);
	if (given !== undefined && before === undefined) return "before is the `next` of the page before";
	return { limit, ...texts, ...(before !== undefined && { before }) };
}

/** Undefined if it is no `next` of an answer. */
function readBefore(text: string): IgnoredQuery["before"] {
	const found = /^(\d{1,15})\.(.{1,300})$/s.exec(text);
	return found?.[2] === undefined ? undefined : { at: Number(found[1]), delivery_id: found[2] };
}

/** With exactly these fields, in this order: `healer ignored --json` prints them. */
function present(row: IgnoredDelivery): ShownIgnored {
	const { delivery_id, event, action, repository, branch, reason, filter, at } = row;
	return { delivery_id, event, action, repository, branch, reason, filter, at: isoOf(at) };
}
