import type { GitHub, GitHubAnswer, InstallationOf } from "./github.ts";

/** A comment of our own App on an issue or pull request, of which there is one with this mark. */
export interface OwnComment {
	readonly of: InstallationOf;
	readonly number: number;
	/** An HTML comment, which nobody sees: the beginning of its text. */
	readonly mark: string;
	/** What follows the mark. */
	readonly body: string;
	/** The comment, if it is known from before. */
	readonly id?: number | undefined;
	/** Whether it is made when it is not there. */
	readonly createIfMissing: boolean;
}

export interface WrittenComment {
	readonly id: number;
	/** Where people look at it. */
	readonly url: string;
}

/** How far back a comment is looked for: GitHub gives a hundred a page. */
const MOST_PAGES = 20;

/**
 * Writes the comment, once however often it is called, and after a crash half-way: what was written before is found again
 * by its mark and by its author, our own App, and changed. Undefined when it is not there and not wanted anew.
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

/** The login under which our App writes, in lower case. */
export async function ownLogin(github: GitHub): Promise<GitHubAnswer<string>> {
	const app = await github.asApp("GET /app", {});
	if (!app.ok) return app;
	const slug = app.value?.slug;
	return slug === undefined
		? { ok: false, failure: { reason: "refused", status: 200, detail: "the App has no name" } }
		: { ...app, value: `${slug}[bot]`.toLowerCase() };
}

/** Whether our App wrote it, with this mark. Others may write the mark, too. */
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
	const asked = { ...partsOf(of.repository), issue_number: number, per_page: 100 };
	for (let page = 1; ; page++) {
		const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
		const listed = await github.asInstallation(of, route, { ...asked, page });
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
	/** The beginning of its text, by which it is found: an HTML comment, which nobody sees. */
	readonly mark: string;
	/** What follows the mark. */
	readonly body: string;
	readonly state: "open" | "closed";
}

/** Writes the issue anew, and opens or closes it. Gives where people look at it. */
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
