import type { GitHub, GitHubAnswer, GitHubFailure, Route } from "../../../worker/github/github.ts";

export interface OneComment {
	readonly id: number;
	readonly issue: number;
	body: string;
	readonly user: { readonly login: string };
}

/** GitHub as far as comments go: what there is, what was asked, and what a test has it do instead. */
export interface CommentGitHub extends GitHub {
	readonly comments: OneComment[];
	/** `{comment_id} {content}`, once each, as GitHub keeps them. */
	readonly reactions: Set<string>;
	readonly permissions: Map<string, string>;
	/** Routes in the order they were asked. */
	readonly asked: Route[];
	/** Answers a route instead, before anything is done. */
	fails: (route: Route) => GitHubFailure | undefined;
	/** Called after a request did its work: what it throws is a crash before the answer was seen. */
	afterwards: (route: Route) => void;
}

type Parameters = Readonly<Record<string, unknown>>;

export function commentGitHub(): CommentGitHub {
	const hub: CommentGitHub = {
		web_url: "https://github.test",
		comments: [],
		reactions: new Set(),
		permissions: new Map(),
		asked: [],
		fails: () => undefined,
		afterwards: () => undefined,
		asApp: async (route) => ask(hub, route, {}),
		asInstallation: async (_of, route, parameters) => ask(hub, route, parameters as Parameters),
		redirectOf: async () => ({ ok: false, failure: { reason: "not_found", detail: "no redirects here" } }),
	};
	return hub;
}

function ask(hub: CommentGitHub, route: Route, parameters: Parameters): GitHubAnswer<never> {
	// A decision asks for it; every branch of these tests is there.
	if (route === "GET /repos/{owner}/{repo}/branches/{branch}") return found({ name: parameters.branch });
	hub.asked.push(route);
	const failure = hub.fails(route);
	if (failure !== undefined) return { ok: false, failure };
	const value = answer(hub, route, parameters);
	hub.afterwards(route);
	if (value === undefined) return { ok: false, failure: { reason: "not_found", detail: "Not Found" } };
	return found(value);
}

function found(value: unknown): GitHubAnswer<never> {
	return { ok: true, value: value as never, status: 200, headers: {} };
}

function answer(hub: CommentGitHub, route: Route, parameters: Parameters): unknown {
	const { issue_number, comment_id, body, page } = parameters;
	switch (route) {
		case "GET /app":
			return { slug: "healer" };
		case "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": {
			const all = hub.comments.filter(({ issue }) => issue === issue_number);
			return all.slice((Number(page) - 1) * 100, Number(page) * 100);
		}
		case "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": {
			const id = 9000 + hub.comments.length;
			hub.comments.push({ id, issue: Number(issue_number), body: String(body), user: { login: "Healer[bot]" } });
			return { id, html_url: `https://github.test/comments/${id}` };
		}
		case "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": {
			const found = hub.comments.find(({ id }) => id === comment_id);
			if (found !== undefined) found.body = String(body);
			return found && { id: found.id, html_url: `https://github.test/comments/${found.id}` };
		}
		case "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}":
			return [];
		case "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions":
			hub.reactions.add(`${comment_id} ${parameters.content}`);
			return { id: 1 };
		case "GET /repos/{owner}/{repo}/collaborators/{username}/permission": {
			const permission = hub.permissions.get(String(parameters.username));
			return permission && { permission, role_name: permission };
		}
		default:
			throw new Error(`${route} is not for comments`);
	}
}
