import type { Endpoints } from "@octokit/types";
import type { z } from "zod";
import type { Incident } from "../../../pipeline/index.ts";
import { fail, ok, type Result } from "../../../wire/result.ts";
import type { GitHub, GitHubAnswer, GitHubFailure, Route } from "../../github/github.ts";
import { partsOf } from "../../github/own-comments.ts";
import type { SourceResult } from "../source.ts";

/** GitHub's API as the installation that has the incident's repository. */
export interface RepoClient {
	/** The incident's repository as route parameters. */
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

export function repoClient(
	github: GitHub,
	{ repository, installation_id }: Pick<Incident, "repository" | "installation_id">,
): RepoClient {
	const of = { repository, installation_id };
	return {
		repo: partsOf(repository),
		get: (route, parameters, signal) => github.asInstallation(of, route, parameters, signal),
		redirectOf: (route, parameters, signal) => github.redirectOf(of, route, parameters, signal),
	};
}

/** The same, with one deadline for all that is asked with `get`. */
export function boundedClient(
	github: GitHub,
	of: Pick<Incident, "repository" | "installation_id">,
	signal: AbortSignal,
): RepoClient {
	const client = repoClient(github, of);
	return { ...client, get: (route, parameters) => client.get(route, parameters, signal) };
}

/** A checked answer of GitHub, or why there is none. */
export type Parsed<T> = Result<T, GitHubFailure | NotUnderstood>;

interface NotUnderstood {
	readonly reason: "not_understood";
	readonly detail: string;
}

/** Checks the fields that are used; all others are dropped. */
export function parseResponse<T>(schema: z.ZodType<T>, answer: GitHubAnswer<unknown>): Parsed<T> {
	if (!answer.ok) return fail(answer.failure);
	const checked = schema.safeParse(answer.value);
	if (checked.success) return ok(checked.data);
	const fields = checked.error.issues.slice(0, 5).map(({ path }) => path.map(String).join(".") || "all of it");
	return fail({ reason: "not_understood", detail: `wrong in GitHub's answer: ${fields.join(", ")}` });
}

/** Whether GitHub does not have it: 404, and 422 for a commit that is gone, for example after a force push. */
export function isGone(problem: GitHubFailure | NotUnderstood): boolean {
	return problem.reason === "not_found" || (problem.reason === "refused" && problem.status === 422);
}

type Unanswered = Extract<SourceResult, { readonly status: "failed" | "deferred" }>;

/** A source's result after a failed request. A rate limit defers the whole incident instead of losing the part. */
export function sourceFailure(failure: GitHubFailure | NotUnderstood): Unanswered {
	switch (failure.reason) {
		case "rate_limited": {
			const until = new Date(failure.until).toISOString();
			return { status: "deferred", untilMs: failure.until, why: `GitHub's rate limit, until ${until}` };
		}
		case "not_found":
			return { status: "failed", why: `GitHub does not show it to the App (${failure.detail})` };
		case "forbidden":
			return { status: "failed", why: `GitHub refused it to the App (${failure.detail})` };
		case "refused":
			return { status: "failed", why: `GitHub refused the request (${failure.detail})` };
		case "unavailable":
			return { status: "failed", why: `GitHub gave no answer: ${failure.detail}` };
		case "not_understood":
			return { status: "failed", why: failure.detail };
		default:
			return failure satisfies never;
	}
}

/** Only the fields with a value: null, undefined and empty text are dropped. */
export function compact<T extends Readonly<Record<string, unknown>>>(fields: T): Present<T> {
	// The loop keeps each field's name with its value, which TypeScript cannot follow.
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
	) as Present<T>;
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };
