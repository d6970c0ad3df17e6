import type { GitHub } from "../../github/github.ts";
import type { About, EdgeSource, Source } from "../source.ts";
import { askingFor } from "./asking.ts";
import { askChangedFiles } from "./changed-files.ts";
import { askCommit } from "./commit.ts";
import { askJobLogs } from "./job-logs.ts";
import { createLookups } from "./lookups.ts";
import { askPullRequest } from "./pull-request.ts";
import { askRun } from "./run.ts";

/** GitHub's sources about one incident. What several of them need to know is asked for once. */
export function githubSources(
	github: GitHub,
	about: About,
	fetcher: typeof fetch,
): Readonly<Record<EdgeSource, Source>> {
	const { incident } = about;
	const asking = askingFor(github, incident);
	const lookups = createLookups(asking, incident);
	return {
		"github.run": (_, signal) => askRun(asking, lookups, signal),
		"github.job_logs": (request, signal) => askJobLogs({ asking, lookups, about, fetch: fetcher }, request, signal),
		"github.pull_request": () => askPullRequest(lookups),
		"github.changed_files": (_, signal) => askChangedFiles(asking, lookups, incident, signal),
		"github.commit": () => askCommit(lookups),
	};
}
