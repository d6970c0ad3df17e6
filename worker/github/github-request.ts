import { request } from "@octokit/request";
import type { Log } from "../log.ts";
import { boundedFetch, followingMoves, retryingFetch } from "./retrying-fetch.ts";

/** Sends a request to one route of GitHub's REST API. */
export type GitHubRequest = typeof request;

/** GitHub's REST API for one invocation of the worker. */
export function createGitHubRequest(api_url: string, fetcher: typeof fetch, log: Log): GitHubRequest {
	const library = request.endpoint.DEFAULTS.headers["user-agent"];
	return request.defaults({
		baseUrl: api_url,
		headers: {
			"user-agent": `healer ${library}`,
			// https://docs.github.com/en/rest/about-the-rest-api/api-versions
			"x-github-api-version": "2022-11-28",
		},
		request: {
			fetch: boundedFetch(followingMoves(retryingFetch(fetcher))),
			log: { debug: quiet, info: quiet, warn: (message: string) => log.warn(message), error: quiet },
		},
	});
}

function quiet(): void {}
