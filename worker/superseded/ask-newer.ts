import type { Incident } from "../../pipeline/incident.ts";
import { type RepoClient, repoClient } from "../context/github/asking.ts";
import type { GitHub } from "../github/github.ts";
import { newerOfChecks } from "./newer-of-checks.ts";
import { newerOfRuns } from "./newer-of-runs.ts";
import { newerOfStatuses } from "./newer-of-statuses.ts";

/** What GitHub says by now about the workflow or check that failed, on the branch that it failed on. */
export type NewerResult =
	| { readonly result: "passed"; readonly what: string }
	/** It failed anew; whether that is an incident, the journal knows. */
	| { readonly result: "failed"; readonly run_id: string }
	| { readonly result: "failed"; readonly app: string; readonly head_sha: string };

/** Undefined when nothing newer is known: nothing ran since, it is under way, or GitHub cannot be asked. */
export async function askNewer(
	github: GitHub,
	incident: Incident,
	signal: AbortSignal,
): Promise<NewerResult | undefined> {
	if (incident.kind !== "ci") return undefined;
	const client = calledOffWith(repoClient(github, incident), signal);
	if (incident.run_id !== undefined) return await newerOfRuns(client, incident);
	const { branch, repository, head_repository = repository, job } = incident;
	// The branch of a fork is not here, and one of ours may have its name.
	if (branch === undefined || head_repository.toLowerCase() !== repository.toLowerCase()) return undefined;
	const jobs = incident.jobs ?? (job === undefined ? [] : [job]);
	if (incident.app !== undefined) return await newerOfChecks(client, { branch, app: incident.app, jobs });
	return incident.event === "status" ? await newerOfStatuses(client, { branch, contexts: jobs }) : undefined;
}

function calledOffWith(client: RepoClient, signal: AbortSignal): RepoClient {
	return { ...client, get: (route, parameters) => client.get(route, parameters, signal) };
}
