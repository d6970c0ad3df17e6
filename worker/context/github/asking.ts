import type { Endpoints } from "@octokit/types";
import type { Incident } from "../../../pipeline/index.ts";
import type { GitHub, GitHubAnswer, Route } from "../../github/github.ts";
import { partsOf } from "../../github/put-own-comment.ts";

/** GitHub, asked by the installation that has the incident's repository. */
export interface RepoClient {
	/** Of the incident's repository, as routes name it. */
	readonly repo: { readonly owner: string; readonly repo: string };
	get<R extends Route>(
		route: R,
		parameters: Endpoints[R]["parameters"],
		signal?: AbortSignal,
	): Promise<GitHubAnswer<unknown>>;
	redirectOf<R extends Route>(
		route: R,
		parameters: Endpoints[R]["parameters"],
		signal?: AbortSignal,
	): Promise<GitHubAnswer<string>>;
}

export function repoClient(github: GitHub, { repository, installation_id }: Incident): RepoClient {
	const of = { repository, installation_id };
	return {
		repo: partsOf(repository),
		get: (route, parameters, signal) => github.asInstallation(of, route, parameters, signal),
		redirectOf: (route, parameters, signal) => github.redirectOf(of, route, parameters, signal),
	};
}
