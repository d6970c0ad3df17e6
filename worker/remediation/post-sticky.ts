import type { GitHub, GitHubAnswer, InstallationOf } from "../github/github.ts";
import { isOwn, ownLogin, partsOf, putOwnComment } from "../github/put-own-comment.ts";

/** What a person shall read, on its pull request or in an issue of its own. */
export interface Sticky {
	readonly incident_id: string;
	readonly of: InstallationOf;
	/** The pull request; absent: an issue is opened. */
	readonly number?: number;
	readonly text: { readonly title: string; readonly body: string };
	readonly label: string;
}

/**
 * Posts once, however often it is called: what was posted before is found again by a hidden mark and by its author, our
 * own App, and changed. Gives its address.
 */
export async function postSticky(github: GitHub, sticky: Sticky): Promise<GitHubAnswer<string>> {
	const mark = `<!-- healer:${sticky.incident_id} -->`;
	return sticky.number === undefined
		? await openIssue(github, sticky, mark)
		: await comment(github, sticky, sticky.number, mark);
}

async function comment(
	github: GitHub,
	{ of, label, text }: Sticky,
	number: number,
	mark: string,
): Promise<GitHubAnswer<string>> {
	const put = await putOwnComment(github, { of, number, mark, body: text.body, isNewWanted: true });
	if (!put.ok) return put;
	const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
	const labelled = await github.asInstallation(of, route, {
		...partsOf(of.repository),
		issue_number: number,
		labels: [label],
	});
	return labelled.ok ? { ...put, value: put.value?.url ?? "" } : labelled;
}

async function openIssue(github: GitHub, { of, label, text }: Sticky, mark: string): Promise<GitHubAnswer<string>> {
	const login = await ownLogin(github);
	if (!login.ok) return login;
	const where = partsOf(of.repository);
	// Newest first: one that was posted for this incident is among our last hundred.
	const asked = { ...where, creator: login.value, state: "all", sort: "created", per_page: 100 } as const;
	const listed = await github.asInstallation(of, "GET /repos/{owner}/{repo}/issues", asked);
	if (!listed.ok) return listed;
	const found = listed.value.find((one) => isOwn(one, { login: login.value, mark }));
	const body = `${mark}\n${text.body}`;
	const posted =
		found === undefined
			? await github.asInstallation(of, "POST /repos/{owner}/{repo}/issues", {
					...where,
					title: text.title,
					body,
					labels: [label],
				})
			: await github.asInstallation(of, "PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
					...where,
					issue_number: found.number,
					body,
					state: "open",
				});
	return posted.ok ? { ...posted, value: posted.value.html_url } : posted;
}
