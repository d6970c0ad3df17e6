import type { Env } from "../env.ts";
import { mayRead } from "../http/access.ts";
import { answer, refuse } from "../http/answer.ts";
import { isIncidentStatus } from "../journal/incident-status.ts";
import { type IncidentQuery, listIncidents } from "../journal/list-incidents.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { presentIncident } from "./present-incident.ts";

const USUAL_LIMIT = 50;
const HIGHEST_LIMIT = 200;

/** `GET /api/incidents?status=&repository=&agent=&limit=&cursor=`: newest first; `next` is the following cursor. */
export async function listIncidentsApi(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return refuse(401, "unauthorized", { "www-authenticate": "Bearer" });
	const query = readQuery(new URL(request.url).searchParams);
	if (typeof query === "string") return refuse(400, query);

	// One more than asked for tells whether there are more.
	const rows = await listIncidents(env.JOURNAL, { ...query, limit: query.limit + 1 });
	const shown = rows.slice(0, query.limit);
	const last = shown.at(-1);
	const next = rows.length > shown.length && last !== undefined ? writeCursor(last) : null;
	return answer(200, { incidents: shown.map(presentIncident), next });
}

function readQuery(params: URLSearchParams): IncidentQuery | string {
	const status = params.get("status") || undefined;
	if (status !== undefined && !isIncidentStatus(status)) return "no such status";
	const limit = params.get("limit") || String(USUAL_LIMIT);
	if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) return "limit is a number from 1 to 200";
	const cursor = params.get("cursor") || undefined;
	const after = cursor === undefined ? undefined : readCursor(cursor);
	if (cursor !== undefined && after === undefined) return "the cursor is not one that was given out";
	const repository = params.get("repository") || undefined;
	const agent = params.get("agent") || undefined;
	return {
		limit: Math.min(HIGHEST_LIMIT, Number(limit)),
		...(status === undefined ? {} : { status }),
		...(repository === undefined ? {} : { repository }),
		...(agent === undefined ? {} : { agent }),
		...(after === undefined ? {} : { after }),
	};
}
