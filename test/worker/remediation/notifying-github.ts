import type { GitHub, GitHubAnswer, GitHubFailure, Route } from "../../../worker/github/github.ts";

export interface Posted {
	readonly id: number;
	/** An issue's own; the same as its id here. */
	readonly number?: number;
	/** The pull request that it is a comment on; an issue has none. */
	readonly on?: number;
	readonly title?: string;
	body: string;
	/** Of an issue. */
	state?: string;
	readonly user: { readonly login: string };
	readonly html_url: string;
}

/** GitHub as far as a person is told something there. */
export interface TellingGitHub extends GitHub {
	readonly posted: Posted[];
	/** `{number} {label}`. */
	readonly labels: Set<string>;
	/** What comes back instead of the answer, after the work was done. */
	loses: (route: Route) => GitHubFailure | undefined;
}

export function tellingGitHub(): TellingGitHub {
	const hub: TellingGitHub = {
		web_url: "https://github.test",
		posted: [],
		labels: new Set(),
		loses: () => undefined,
		asApp: async (route) => answered(hub, route, { slug: "Healer-App" }),
		asInstallation: async (_of, route, parameters) => {
			const asked = parameters as Readonly<Record<string, unknown>>;
			if (route === "GET /repos/{owner}/{repo}/branches/{branch}") return branchNamed(asked.branch);
			return answered(hub, route, work(hub, route, asked));
		},
		redirectOf: async () => ({ ok: false, failure: { reason: "not_found", detail: "none here" } }),
	};
	return hub;
}

/** Every branch is still there. This answer is never lost: it is about where to push, not about what is said to people. */
function branchNamed(name: unknown): GitHubAnswer<never> {
	return { ok: true, value: { name, commit: { sha: "sha-100" } } as never, status: 200, headers: {} };
}

function answered(hub: TellingGitHub, route: Route, value: unknown): GitHubAnswer<never> {
	const failure = hub.loses(route);
	return failure === undefined ? { ok: true, value: value as never, status: 200, headers: {} } : { ok: false, failure };
}

function work(hub: TellingGitHub, route: Route, asked: Readonly<Record<string, unknown>>): unknown {
	switch (route) {
		case "GET /repos/{owner}/{repo}/issues/{issue_number}/comments":
			return hub.posted.filter(({ on }) => on === asked.issue_number);
		case "GET /repos/{owner}/{repo}/issues":
			return hub.posted.filter(({ on }) => on === undefined);
		case "POST /repos/{owner}/{repo}/issues/{issue_number}/comments":
			return post(hub, { on: Number(asked.issue_number), body: String(asked.body) });
		case "POST /repos/{owner}/{repo}/issues":
			return post(hub, { title: String(asked.title), body: String(asked.body), state: "open" });
		case "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":
			return change(hub, Number(asked.comment_id), String(asked.body));
		case "PATCH /repos/{owner}/{repo}/issues/{issue_number}":
			return change(hub, Number(asked.issue_number), String(asked.body), String(asked.state));
		case "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}":
			hub.labels.delete(`${asked.issue_number} ${asked.name}`);
			return [];
		case "POST /repos/{owner}/{repo}/issues/{issue_number}/labels":
			hub.labels.add(`${asked.issue_number} ${String(asked.labels)}`);
			return [];
		default:
			throw new Error(`${route} tells nobody anything`);
	}
}

function post(hub: TellingGitHub, one: Pick<Posted, "on" | "title" | "body" | "state">): Posted {
	const id = 900 + hub.posted.length;
	const where = one.on === undefined ? `issues/${id}` : `pull/${one.on}#issuecomment-${id}`;
	const html_url = `https://github.test/5dlabs/cto/${where}`;
	const made = { ...one, id, number: id, user: { login: "healer-app[bot]" }, html_url };
	hub.posted.push(made);
	return made;
}

function change(hub: TellingGitHub, id: number, body: string, state?: string): Posted | undefined {
	const found = hub.posted.find((one) => one.id === id);
	if (found !== undefined) Object.assign(found, { body, ...(state !== undefined && { state }) });
	return found;
}
