import type { Endpoints } from "@octokit/types";

/** Any route of GitHub's REST API, as in its reference: `GET /repos/{owner}/{repo}/pulls/{pull_number}`. */
export type Route = keyof Endpoints;

/** Why GitHub gave no usable answer: a closed set, so that each caller handles every reason. */
export type GitHubFailure =
	/** Primary or secondary limit. `until` is when GitHub allows the next request, in milliseconds since 1970. */
	| { readonly reason: "rate_limited"; readonly until: number }
	/** 404 or 410: it does not exist, or the App cannot see it. */
	| { readonly reason: "not_found"; readonly detail: string }
	/** 401 or 403: the App has no access; `detail` is GitHub's message. */
	| { readonly reason: "forbidden"; readonly detail: string }
	/** 422 and other refusals of the request itself. */
	| { readonly reason: "refused"; readonly status: number; readonly detail: string }
	/** 5xx, a lost connection, or a timeout. */
	| { readonly reason: "unavailable"; readonly detail: string };

export type GitHubAnswer<T> =
	| {
			readonly ok: true;
			readonly value: T;
			readonly status: number;
			readonly headers: Readonly<Record<string, string | number | undefined>>;
	  }
	| { readonly ok: false; readonly failure: GitHubFailure };

type Answer<R extends Route> = Promise<GitHubAnswer<Endpoints[R]["response"]["data"]>>;

/** The installation that makes a request. Without an id, it is looked up by the repository, once. */
export interface InstallationOf {
	/** `owner/name`. */
	readonly repository: string;
	readonly installation_id?: number | undefined;
}

/** GitHub's REST API as Healer's App uses it. Expected failures are values; only bugs throw. */
export interface GitHub {
	/** Where people see its repositories, such as `https://github.com`. */
	readonly web_url: string;
	/** As the App itself: its hook's deliveries, its installations. */
	asApp<R extends Route>(route: R, parameters: Endpoints[R]["parameters"], signal?: AbortSignal): Answer<R>;
	/** As the installation that has the repository: everything else. */
	asInstallation<R extends Route>(
		of: InstallationOf,
		route: R,
		parameters: Endpoints[R]["parameters"],
		signal?: AbortSignal,
	): Answer<R>;
	/**
	 * The absolute URL that GitHub redirects to for content stored elsewhere, such as a job's log. The redirect is not
	 * followed, so that our Authorization header reaches no other host.
	 */
	redirectOf<R extends Route>(
		of: InstallationOf,
		route: R,
		parameters: Endpoints[R]["parameters"],
		signal?: AbortSignal,
	): Promise<GitHubAnswer<string>>;
}
