import type { GitHub } from "../github/github.ts";
import { type ContextTools, createAskRelay } from "./ask-relay.ts";
import { githubSources } from "./github/github-sources.ts";
import { everyEdgeSource, type Source, type SourcesFor } from "./source.ts";

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

const NO_GITHUB = everyEdgeSource(notConfigured);
