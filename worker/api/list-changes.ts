import type { Env } from "../env.ts";
import { errorResponse, jsonResponse } from "../http/responses.ts";
import { type Change, type ChangeCursor, listChanges } from "../journal/changes.ts";
import { isoOf } from "./iso-time.ts";
import { readLimit } from "./page-query.ts";
import type { ChangePage, ShownChange } from "./shapes.ts";

const LIMITS = { usual: 100, highest: 200 };

/**
 * `GET /api/changes?after=&limit=`: what happened to incidents after a cursor, oldest first, and `last`, the cursor to continue
 * from. Without `after` the newest changes. `healer tail` polls it.
 */
export async function listChangesApi(request: Request, env: Env): Promise<Response> {
	const params = new URL(request.url).searchParams;
	const limit = readLimit(params, LIMITS);
	if (typeof limit === "string") return errorResponse(400, limit);
	const given = params.get("after") || undefined;
	const after = given === undefined ? undefined : readCursor(given);
	if (given !== undefined && after === undefined) return errorResponse(400, "after is the `last` of an answer");
	const { changes, last } = await listChanges(env.JOURNAL, { after, limit });
	return jsonResponse(200, {
		changes: changes.map(present),
		last: `${last.incident}.${last.transition}`,
	} satisfies ChangePage);
}

function readCursor(text: string): ChangeCursor | undefined {
	const found = /^(\d{1,15})\.(\d{1,15})$/.exec(text);
	return found === null ? undefined : { incident: Number(found[1]), transition: Number(found[2]) };
}

function present(change: Change): ShownChange {
	const { at, incident_id, attempt, event, from_status: from, to_status: to } = change;
	const { reason, repository, branch, agent } = change;
	return { at: isoOf(at), incident_id, attempt, event, from, to, reason, repository, branch, agent };
}
