import type { Incident } from "../../../pipeline/incident.ts";
import type { GitHub } from "../../github/github.ts";
import { type CachedQueries, createCachedQueries } from "../github/cached-queries.ts";
import { boundedClient, type RepoClient } from "../github/repo-client.ts";

/** What a question is asked with: an incident that waited, and GitHub. */
export interface Recheck {
	readonly incident: Incident;
	readonly client: RepoClient;
	readonly queries: Pick<CachedQueries, "pullRequest">;
}

/** Why nothing is left to do, as one sentence; undefined if something is, or if GitHub does not say. */
export type NothingLeft = (about: Recheck) => Promise<string | undefined>;

export function recheckOf(github: GitHub, incident: Incident, signal: AbortSignal): Recheck {
	const client = boundedClient(github, incident, signal);
	return { incident, client, queries: createCachedQueries(client, incident) };
}
