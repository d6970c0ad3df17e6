import type { Commit } from "../../../pipeline/context.ts";
import type { SourceResult } from "../source.ts";
import type { CachedQueries } from "./cached-queries.ts";
import { compact, sourceFailure } from "./repo-client.ts";

const LONGEST_MESSAGE = 16_384;

/** `github.commit`: the head commit's message and author. */
export async function askCommit({ commit }: CachedQueries): Promise<SourceResult> {
	const found = await commit();
	if (!found.ok) return sourceFailure(found.problem);
	if (found.value === undefined) return { status: "empty" };
	const { sha, author, parents, commit: details } = found.value;
	const data: Commit = {
		message: details.message.slice(0, LONGEST_MESSAGE),
		sha,
		parents: parents.length,
		...compact({ author: author?.login ?? details.author?.name, authored_at: details.author?.date }),
	};
	return { status: "ok", data };
}
