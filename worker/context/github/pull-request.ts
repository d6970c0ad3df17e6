import type { PullRequest } from "../../../pipeline/context.ts";
import type { SourceResult } from "../source.ts";
import type { CachedQueries } from "./lookups.ts";
import { compact } from "./present.ts";
import { sourceFailure } from "./told.ts";

/** `github.pull_request`: see `findPullRequest` for which one. */
export async function askPullRequest({ pullRequest }: CachedQueries): Promise<SourceResult> {
	const found = await pullRequest();
	if (!found.ok) return sourceFailure(found);
	const { value } = found;
	if (value === undefined) return { status: "empty" };
	const data: PullRequest = {
		number: value.number,
		title: value.title,
		...compact({
			url: value.html_url,
			author: value.user?.login,
			is_draft: value.draft,
			mergeable_state: value.mergeable_state,
			base_branch: value.base.ref,
			head_branch: value.head.ref,
			head_sha: value.head.sha,
			head_repository: value.head.repo?.full_name,
			labels: value.labels?.flatMap(({ name }) => name ?? []).slice(0, 50),
		}),
	};
	return { status: "ok", data };
}
