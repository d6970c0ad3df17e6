import type { GitHub } from "../github/github.ts";
import { type ContextTools, createAskRelay } from "./ask-relay.ts";
import { githubSources } from "./github/github-sources.ts";
import type { EdgeSource, Source, SourcesFor } from "./source.ts";

export interface SourceTools {
	/** Undefined if no App is configured. */
	readonly github: GitHub | undefined;
	/** For the storage that GitHub redirects to. */
	readonly fetch: typeof fetch;
	readonly relay: ContextTools;
}

/** The available sources for one incident: the worker queries GitHub, the relay queries the cluster. */
export function createSources({ github, fetch, relay }: SourceTools): SourcesFor {
	return (about) => ({
		edge: github === undefined ? NO_GITHUB : githubSources(github, about, fetch),
		cluster: createAskRelay(relay, about.incident.id),
	});
}

const notConfigured: Source = async () => ({ status: "skipped", why: "not configured" });

const NO_GITHUB: Readonly<Record<EdgeSource, Source>> = {
	"github.run": notConfigured,
	"github.job_logs": notConfigured,
	"github.pull_request": notConfigured,
	"github.changed_files": notConfigured,
	"github.commit": notConfigured,
};
