import type { GitHub, GitHubAnswer, InstallationOf } from "../github/github.ts";
import { changeOwnIssue, isOwn, ownLogin, partsOf, putOwnComment } from "../github/own-comments.ts";

/** The escalation comment: a comment on a pull request, or an issue. */
export interface CommentRef {
	/** Of the pull request or issue. */
	readonly number: number;
	/** The comment's id; absent for an issue. */
	readonly comment?: number;
}

/** Parses GitHub's URL of a comment or an issue; undefined if it is neither. */
export function commentRef(url: string): CommentRef | undefined {
	const [, number, comment] = /\/(?:pull|issues)\/(\d+)(?:#issuecomment-(\d+))?$/.exec(url) ?? [];
	if (number === undefined) return undefined;
	return { number: Number(number), ...(comment !== undefined && { comment: Number(comment) }) };
}

/** An escalation comment to post on a pull request, or as an issue. */
export interface EscalationPost {
	readonly incident_id: string;
	readonly of: InstallationOf;
	/** The pull request's number; absent: an issue is opened. */
	readonly number?: number;
	readonly text: { readonly title: string; readonly body: string };
	readonly label: string;
}

/** The hidden first line of an escalation comment. */
export function escalationMark(incident_id: string): string {
	return `<!-- healer:${incident_id} -->`;
}

interface Posted {
	/** Of the pull request or issue. */
	readonly number: number;
	/** The URL for people. */
	readonly url: string;
}

/**
 * Posts or updates the escalation comment. An existing one is found by its hidden mark and its author, our own App, and
 * edited, so repeated calls post it once. Returns its URL.
 */
export async function postEscalation(github: GitHub, post: EscalationPost): Promise<GitHubAnswer<string>> {
	const { of, label, number } = post;
	const posted = number === undefined ? await openIssue(github, post) : await comment(github, post, number);
	if (!posted.ok) return posted;
	const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
	const labelled = await github.asInstallation(of, route, {
		...partsOf(of.repository),
		issue_number: posted.value.number,
		labels: [label],
	});
	return labelled.ok ? { ...posted, value: posted.value.url } : labelled;
}

async function comment(
	github: GitHub,
	{ incident_id, of, text }: EscalationPost,
	number: number,
): Promise<GitHubAnswer<Posted>> {
	const mark = escalationMark(incident_id);
	const put = await putOwnComment(github, { of, number, mark, body: text.body, createIfMissing: true });
	return put.ok ? { ...put, value: { number, url: put.value?.url ?? "" } } : put;
}

async function openIssue(github: GitHub, { incident_id, of, text }: EscalationPost): Promise<GitHubAnswer<Posted>> {
	const login = await ownLogin(github);
	if (!login.ok) return login;
	const mark = escalationMark(incident_id);
	const where = partsOf(of.repository);
	// Newest first: an issue that was already posted for this incident is among the App's last hundred.
	const query = { ...where, creator: login.value, state: "all", sort: "created", per_page: 100 } as const;
	const listed = await github.asInstallation(of, "GET /repos/{owner}/{repo}/issues", query);
	if (!listed.ok) return listed;
	const found = listed.value.find((one) => isOwn(one, { login: login.value, mark }));
	const posted =
		found === undefined
			? await github.asInstallation(of, "POST /repos/{owner}/{repo}/issues", {
					...where,
					title: text.title,
					body: `${mark}\n${text.body}`,
				})
			: await changeOwnIssue(github, { of, number: found.number, mark, body: text.body, state: "open" });
	return posted.ok ? { ...posted, value: { number: posted.value.number, url: posted.value.html_url } } : posted;
}
