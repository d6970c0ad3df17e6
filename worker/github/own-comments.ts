import type { GitHub, GitHubAnswer, InstallationOf } from "./github.ts";

/** A comment by our own App on an issue or pull request; at most one has this mark. */
export interface OwnComment {
	readonly of: InstallationOf;
	readonly number: number;
	/** An invisible HTML comment at the start of its text. */
	readonly mark: string;
	/** The text after the mark. */
	readonly body: string;
	/** The comment's id, if known. */
	readonly id?: number | undefined;
	/** Whether to create it if it does not exist. */
	readonly createIfMissing: boolean;
}

export interface WrittenComment {
	readonly id: number;
	/** The URL for people. */
	readonly url: string;
}

/** How many pages are searched for a comment: GitHub returns a hundred comments a page. */
const MOST_PAGES = 20;

/**
 * Creates or updates the comment. Repeated calls write it once, also after a crash in between: an existing one is found by its
 * mark and its author, our own App, and edited. Undefined if it does not exist and is not to be created.
 */
export async function putOwnComment(
	github: GitHub,
	comment: OwnComment,
): Promise<GitHubAnswer<WrittenComment | undefined>> {
	if (comment.id !== undefined) {
		const changed = await change(github, comment, comment.id);
		if (changed.ok || changed.failure.reason !== "not_found") return changed;
	}
	const login = await ownLogin(github);
	if (!login.ok) return login;
	const found = await find(github, comment, login.value);
	if (!found.ok) return found;
	if (found.value !== undefined) return await change(github, comment, found.value);
	return comment.createIfMissing ? await make(github, comment) : { ...found, value: undefined };
}

/** The login of our App, in lower case. */
export async function ownLogin(github: GitHub): Promise<GitHubAnswer<string>> {
	const app = await github.asApp("GET /app", {});
	if (!app.ok) return app;
	const slug = app.value?.slug;
	return slug === undefined
		? { ok: false, failure: { reason: "refused", status: 200, detail: "the App has no name" } }
		: { ...app, value: `${slug}[bot]`.toLowerCase() };
}

/** Whether our App wrote it with this mark. Others may copy the mark. */
export function isOwn(
	one: { readonly body?: string | null; readonly user: { readonly login: string } | null },
	{ login, mark }: { readonly login: string; readonly mark: string },
): boolean {
	return one.user?.login.toLowerCase() === login && (one.body ?? "").startsWith(mark);
}

async function make(github: GitHub, { of, number, mark, body }: OwnComment): Promise<GitHubAnswer<WrittenComment>> {
	const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
	const made = await github.asInstallation(of, route, {
		...partsOf(of.repository),
		issue_number: number,
		body: `${mark}\n${body}`,
	});
	return made.ok ? { ...made, value: written(made.value) } : made;
}

async function change(
	github: GitHub,
	{ of, mark, body }: OwnComment,
	comment_id: number,
): Promise<GitHubAnswer<WrittenComment>> {
	const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
	const changed = await github.asInstallation(of, route, {
		...partsOf(of.repository),
		comment_id,
		body: `${mark}\n${body}`,
	});
	return changed.ok ? { ...changed, value: written(changed.value) } : changed;
}

async function find(
	github: GitHub,
	{ of, number, mark }: OwnComment,
	login: string,
): Promise<GitHubAnswer<number | undefined>> {
	const query = { ...partsOf(of.repository), issue_number: number, per_page: 100 };
	for (let page = 1; ; page++) {
		const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
		const listed = await github.asInstallation(of, route, { ...query, page });
		if (!listed.ok) return listed;
		const found = listed.value.find((one) => isOwn(one, { login, mark }));
		if (found !== undefined) return { ...listed, value: Number(found.id) };
		if (listed.value.length < 100 || page === MOST_PAGES) return { ...listed, value: undefined };
	}
}

function written({ id, html_url }: { readonly id: number | bigint; readonly html_url: string }): WrittenComment {
	return { id: Number(id), url: html_url };
}

/** `owner/name` as routes name it. */
export function partsOf(repository: string): { readonly owner: string; readonly repo: string } {
	const [owner = "", repo = ""] = repository.split("/");
	return { owner, repo };
}

/** An issue that our own App opened. */
export interface OwnIssue {
	readonly of: InstallationOf;
	readonly number: number;
	/** An invisible HTML comment at the start of its text, by which it is found. */
	readonly mark: string;
	/** The text after the mark. */
	readonly body: string;
	readonly state: "open" | "closed";
}

/** Rewrites the issue, and opens or closes it. Returns its URL for people. */
export async function changeOwnIssue(
	github: GitHub,
	{ of, number, mark, body, state }: OwnIssue,
): Promise<GitHubAnswer<{ readonly number: number; readonly html_url: string }>> {
	return await github.asInstallation(of, "PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
		...partsOf(of.repository),
		issue_number: number,
		body: `${mark}\n${body}`,
		state,
	});
}
