import type { GitHub, GitHubAnswer, InstallationOf } from "./github.ts";
import { partsOf } from "./put-own-comment.ts";

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
