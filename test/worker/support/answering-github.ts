import type { GitHub, GitHubAnswer, GitHubFailure } from "../../../worker/github/github.ts";

/** What GitHub answers by route, as in its reference: a value, or why there is none. */
export type Answers = Readonly<Record<string, unknown>>;

export interface AnsweringGitHub {
	readonly github: GitHub;
	/** Routes in the order they were asked. */
	readonly asked: string[];
	/** A test may replace them. */
	answers: Answers;
}

/** GitHub for an installation that answers by route; `otherwise`: why it does not answer any other. */
export function answeringGitHub(answers: Answers, otherwise: GitHubFailure): AnsweringGitHub {
	const ask = async (_of: unknown, route: string): Promise<GitHubAnswer<unknown>> => {
		hub.asked.push(route);
		const value = hub.answers[route];
		if (value === undefined) return { ok: false, failure: otherwise };
		return isFailure(value) ? { ok: false, ...value } : { ok: true, value, status: 200, headers: {} };
	};
	const github = { asInstallation: ask, redirectOf: ask } as unknown as GitHub;
	const hub: AnsweringGitHub = { github, asked: [], answers };
	return hub;
}

function isFailure(value: unknown): value is { readonly failure: GitHubFailure } {
	return typeof value === "object" && value !== null && "failure" in value;
}
