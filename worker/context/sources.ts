import type { GitHub } from "../github/github.ts";
import { createAskRelay, type RelayTools } from "./ask-relay.ts";
import { githubSources } from "./github/github-sources.ts";
import type { EdgeSource, Source, SourcesFor } from "./source.ts";

export interface SourceTools {
	/** Undefined where no App is configured. */
	readonly github: GitHub | undefined;
	/** For what GitHub keeps elsewhere. */
	readonly fetch: typeof fetch;
	readonly relay: RelayTools;
}

/** The sources there are, for one incident: GitHub's are asked from here, the in-cluster ones by the relay. */
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
