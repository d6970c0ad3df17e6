import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { type IncidentQuery, listChoices, listIncidents } from "../journal/incident-list.ts";
import { isIncidentStatus } from "../journal/statuses.ts";
import { systemClock } from "../runtime/clock.ts";
import { sinceWhen } from "./insights/since.ts";
import { readPageQuery, readTexts, writeCursor } from "./page-query.ts";
import { presentIncident, presentTitled } from "./present-incident.ts";
import type { Choices, IncidentPage, ShownIncident } from "./shapes.ts";

const LIMITS = { usual: 50, highest: 200 };

/**
 * `GET /api/incidents?status=&repository=&agent=&failure_type=&rule=&workflow=&since=&until=&leader=&id=&text=&limit=&cursor=&with=title`:
 * newest first; `next` is the next page's cursor. `status` accepts several, separated by commas; `id` is the beginning of one.
 */
export async function listIncidentsApi(request: Request, env: Env): Promise<Response> {
	const query = readQuery(new URL(request.url).searchParams, systemClock.now());
	if (typeof query === "string") return errorResponse(400, query);

	const { incidents, next } = await listIncidents(env.JOURNAL, query);
	const show = query.titled ? presentTitled : presentIncident;
	return await taggedResponse(request, {
		incidents: incidents.map(show),
		next: next === undefined ? null : writeCursor(next),
	} satisfies IncidentPage<ShownIncident>);
}

/** The filters that are names. */
const NAMES = ["repository", "agent", "failure_type", "rule", "workflow", "text"] as const;

function readQuery(params: URLSearchParams, now: number): (IncidentQuery & { readonly titled: boolean }) | string {
	const given = (name: string) => params.get(name) || undefined;
	const statuses = given("status")?.split(",");
	if (statuses?.every(isIncidentStatus) === false) return "no such status";
	const page = readPageQuery(params, LIMITS);
	if (typeof page === "string") return page;
	const names = readTexts(params, NAMES);
	if (typeof names === "string") return names;
	const id = given("id");
	if (id !== undefined && !/^[0-9a-f]{4,32}$/.test(id)) return "id is the first 4 to 32 hex digits of an incident's id";
	const leader = given("leader");
	if (leader !== undefined && !/^[0-9a-f]{32}$/.test(leader)) return "leader is the 32 hex digits of an incident's id";
	const times = (["since", "until"] as const).flatMap((name) => {
		const value = given(name);
		return value === undefined ? [] : [[name, sinceWhen(value, now)] as const];
	});
	const wrong = times.find(([, at]) => at === undefined);
	if (wrong !== undefined) return `${wrong[0]} is a length of time such as 7d, at most 366d, or an ISO 8601 time`;
	const more = given("with");
	if (more !== undefined && more !== "title") return "with may be title";
	return {
		limit: page.limit,
		titled: more === "title",
		...(statuses !== undefined && { statuses: [...new Set(statuses)] }),
		...names,
		...Object.fromEntries(times),
		...(id !== undefined && { id }),
		...(leader !== undefined && { leader }),
		...(page.after !== undefined && { after: page.after }),
	};
}

/** `GET /api/choices`: the values by which the list can be filtered. */
export async function listChoicesApi(request: Request, env: Env): Promise<Response> {
	return await taggedResponse(request, (await listChoices(env.JOURNAL)) satisfies Choices);
}
