import type { GitHub, GitHubAnswer, InstallationOf } from "../github/github.ts";
import { changeOwnIssue, isOwn, ownLogin, partsOf, putOwnComment } from "../github/own-comments.ts";

/** Where a person was told: in a comment on a pull request, or in an issue of its own. */
export interface CommentRef {
	/** Of the pull request or issue. */
	readonly number: number;
	/** The comment's id; absent: it is the issue itself. */
	readonly comment?: number;
}

/** Reads the address that GitHub gave for a comment or an issue; undefined where it is neither. */
export function commentRef(url: string): CommentRef | undefined {
	const [, number, comment] = /\/(?:pull|issues)\/(\d+)(?:#issuecomment-(\d+))?$/.exec(url) ?? [];
	if (number === undefined) return undefined;
	return { number: Number(number), ...(comment !== undefined && { comment: Number(comment) }) };
}

/** What a person shall read, on its pull request or in an issue of its own. */
export interface EscalationPost {
	readonly incident_id: string;
	readonly of: InstallationOf;
	/** The pull request; absent: an issue is opened. */
	readonly number?: number;
	readonly text: { readonly title: string; readonly body: string };
	readonly label: string;
}

/** The hidden beginning of what tells a person of an incident. */
export function escalationMark(incident_id: string): string {
	return `<!-- healer:${incident_id} -->`;
}

interface Posted {
	/** Of the pull request or issue. */
	readonly number: number;
	/** Where people look at it. */
	readonly url: string;
}

/**
 * Posts once, however often it is called: what was posted before is found again by a hidden mark and by its author, our
 * own App, and changed. Gives its address.
 */
export async function postEscalation(github: GitHub, sticky: EscalationPost): Promise<GitHubAnswer<string>> {
	const { of, label, number } = sticky;
	const posted = number === undefined ? await openIssue(github, sticky) : await comment(github, sticky, number);
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
	// Newest first: one that was posted for this incident is among our last hundred.
	const asked = { ...where, creator: login.value, state: "all", sort: "created", per_page: 100 } as const;
	const listed = await github.asInstallation(of, "GET /repos/{owner}/{repo}/issues", asked);
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
