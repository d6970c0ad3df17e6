import type { Incident } from "../../../pipeline/incident.ts";
import { type CachedQueries, createCachedQueries } from "../../context/github/cached-queries.ts";
import { type RepoClient, repoClient } from "../../context/github/repo-client.ts";
import type { GitHub } from "../../github/github.ts";

/** What a question is asked with: an incident that waited, and GitHub. */
export interface Recheck {
	readonly incident: Incident;
	readonly client: RepoClient;
	readonly queries: Pick<CachedQueries, "pullRequest">;
}

export function recheckOf(github: GitHub, incident: Incident, signal: AbortSignal): Recheck {
	const { get, ...rest } = repoClient(github, incident);
	const client: RepoClient = { ...rest, get: (route, parameters) => get(route, parameters, signal) };
	return { incident, client, queries: createCachedQueries(client, incident) };
}
