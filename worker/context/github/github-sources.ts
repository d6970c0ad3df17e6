import type { GitHub } from "../../github/github.ts";
import type { EdgeSource, Source, SourceInput } from "../source.ts";
import { createCachedQueries } from "./cached-queries.ts";
import { askChangedFiles } from "./changed-files.ts";
import { askCommit } from "./commit.ts";
import { askJobLogs } from "./job-logs.ts";
import { askPullRequest } from "./pull-request.ts";
import { repoClient } from "./repo-client.ts";
import { askReview } from "./review.ts";
import { askRun } from "./run.ts";

/** GitHub's sources for one incident. Queries that several sources need are sent once. */
export function githubSources(
	github: GitHub,
	about: SourceInput,
	fetcher: typeof fetch,
): Readonly<Record<EdgeSource, Source>> {
	const { incident } = about;
	const client = repoClient(github, incident);
	const queries = createCachedQueries(client, incident);
	return {
		"github.run": (_, signal) => askRun(client, queries, signal),
		"github.job_logs": (request, signal) => askJobLogs({ client, queries, about, fetch: fetcher }, request, signal),
		"github.pull_request": () => askPullRequest(queries),
		"github.review": (_, signal) => askReview(client, queries, incident, signal),
		"github.changed_files": (_, signal) => askChangedFiles(client, queries, incident, signal),
		"github.commit": () => askCommit(queries),
	};
}
