import type { GitHub, GitHubAnswer, InstallationOf } from "../github/github.ts";

/** What a person shall read, on its pull request or in an issue of its own. */
export interface Sticky {
	readonly incident_id: string;
	readonly of: InstallationOf;
	/** The pull request; absent: an issue is opened. */
	readonly number?: number;
	readonly text: { readonly title: string; readonly body: string };
	readonly label: string;
}

/** How far back a comment is looked for: GitHub gives a hundred a page. */
const MOST_PAGES = 20;

/**
 * Posts once, however often it is called: what was posted before is found again by a hidden mark and by its author, our
 * own App, and changed. Gives its address.
 */
export async function postSticky(github: GitHub, sticky: Sticky): Promise<GitHubAnswer<string>> {
	const app = await github.asApp("GET /app", {});
	if (!app.ok) return app;
	const slug = app.value?.slug;
	if (slug === undefined)
		return { ok: false, failure: { reason: "refused", status: 200, detail: "the App has no name" } };
	const login = `${slug}[bot]`.toLowerCase();
	const body = `${markOf(sticky.incident_id)}\n${sticky.text.body}`;
	return sticky.number === undefined
		? await openIssue(github, sticky, login, body)
		: await comment(github, sticky, sticky.number, login, body);
}

/** Others may write it, too: it counts in what our own App wrote. */
function markOf(incident_id: string): string {
	return `<!-- healer:${incident_id} -->`;
}

async function comment(
	github: GitHub,
	{ of, incident_id, label }: Sticky,
	issue_number: number,
	login: string,
	body: string,
): Promise<GitHubAnswer<string>> {
	const [owner, repo] = partsOf(of.repository);
	const found = await findComment(github, of, issue_number, { login, mark: markOf(incident_id) });
	if (!found.ok) return found;
	const posted =
		found.value === undefined
			? await github.asInstallation(of, "POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
					owner,
					repo,
					issue_number,
					body,
				})
			: await github.asInstallation(of, "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
					owner,
					repo,
					comment_id: found.value,
					body,
				});
	if (!posted.ok) return posted;
	const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
	const labelled = await github.asInstallation(of, route, { owner, repo, issue_number, labels: [label] });
	return labelled.ok ? { ...posted, value: posted.value.html_url } : labelled;
}

async function findComment(
	github: GitHub,
	of: InstallationOf,
	issue_number: number,
	wanted: { readonly login: string; readonly mark: string },
): Promise<GitHubAnswer<number | undefined>> {
	const [owner, repo] = partsOf(of.repository);
	for (let page = 1; ; page++) {
		const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
		const listed = await github.asInstallation(of, route, { owner, repo, issue_number, per_page: 100, page });
		if (!listed.ok) return listed;
		const found = listed.value.find((one) => isOurs(one, wanted));
		if (found !== undefined || listed.value.length < 100 || page === MOST_PAGES) return { ...listed, value: found === undefined ? undefined : Number(found.id) };
	}
}

async function openIssue(
	github: GitHub,
	{ of, incident_id, label, text }: Sticky,
	login: string,
	body: string,
): Promise<GitHubAnswer<string>> {
	const [owner, repo] = partsOf(of.repository);
	const route = "GET /repos/{owner}/{repo}/issues";
	const asked = { owner, repo, creator: login, state: "all", sort: "created", per_page: 100 } as const;
	const listed = await github.asInstallation(of, route, asked);
	if (!listed.ok) return listed;
	const found = listed.value.find((one) => isOurs(one, { login, mark: markOf(incident_id) }));
	const { title } = text;
	const posted =
		found === undefined
			? await github.asInstallation(of, "POST /repos/{owner}/{repo}/issues", {
					owner,
					repo,
					title,
					body,
					labels: [label],
				})
			: await github.asInstallation(of, "PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
					owner,
					repo,
					issue_number: found.number,
					body,
					state: "open",
				});
	return posted.ok ? { ...posted, value: posted.value.html_url } : posted;
}

function isOurs(
	one: { readonly body?: string | null; readonly user: { readonly login: string } | null },
	{ login, mark }: { readonly login: string; readonly mark: string },
): boolean {
	return one.user?.login.toLowerCase() === login && (one.body ?? "").startsWith(mark);
}

function partsOf(repository: string): readonly [string, string] {
	const [owner = "", repo = ""] = repository.split("/");
	return [owner, repo];
}
