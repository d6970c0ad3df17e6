import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { type IncidentQuery, listChoices, listIncidents } from "../journal/incident-list.ts";
import { isIncidentStatus } from "../journal/statuses.ts";
import { readPageQuery, writeCursor } from "./page-query.ts";
import { presentIncident, presentTitled } from "./present-incident.ts";
import type { Choices, IncidentPage, ShownIncident } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };
const LONGEST_TEXT = 100;

/**
 * `GET /api/incidents?status=&repository=&agent=&failure_type=&text=&limit=&cursor=&with=title`: newest first; `next` is the
 * next page's cursor. `status` accepts several, separated by commas.
 */
export async function listIncidentsApi(request: Request, env: Env): Promise<Response> {
	const query = readQuery(new URL(request.url).searchParams);
	if (typeof query === "string") return errorResponse(400, query);

	// One more than requested shows whether there is a next page.
	const rows = await listIncidents(env.JOURNAL, { ...query, limit: query.limit + 1 });
	const shown = rows.slice(0, query.limit);
	const last = shown.at(-1);
	const next = rows.length > shown.length && last !== undefined ? writeCursor(last) : null;
	const show = query.titled ? presentTitled : presentIncident;
	return await taggedResponse(request, { incidents: shown.map(show), next } satisfies IncidentPage<ShownIncident>);
}

function readQuery(params: URLSearchParams): (IncidentQuery & { readonly titled: boolean }) | string {
	const given = (name: string) => params.get(name) || undefined;
	const statuses = given("status")?.split(",");
	if (statuses?.every(isIncidentStatus) === false) return "no such status";
	const page = readPageQuery(params, LIMITS);
	if (typeof page === "string") return page;
	const [repository, agent, failure_type] = [given("repository"), given("agent"), given("failure_type")];
	const text = given("text");
	if (text !== undefined && text.length > LONGEST_TEXT) return `text has at most ${LONGEST_TEXT} characters`;
	const more = given("with");
	if (more !== undefined && more !== "title") return "with may be title";
	return {
		limit: page.limit,
		titled: more === "title",
		...(statuses !== undefined && { statuses: [...new Set(statuses)] }),
		...(repository !== undefined && { repository }),
		...(agent !== undefined && { agent }),
		...(failure_type !== undefined && { failure_type }),
		...(text !== undefined && { text }),
		...(page.after !== undefined && { after: page.after }),
	};
}

/** `GET /api/choices`: the values by which the list can be filtered. */
export async function listChoicesApi(request: Request, env: Env): Promise<Response> {
	return await taggedResponse(request, (await listChoices(env.JOURNAL)) satisfies Choices);
}
