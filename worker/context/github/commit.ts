import type { Commit } from "../../../pipeline/context.ts";
import type { SourceResult } from "../source.ts";
import type { Lookups } from "./lookups.ts";
import { present } from "./present.ts";
import { unanswered } from "./told.ts";

const LONGEST_MESSAGE = 16_384;

/** `github.commit`: the head commit's message and author. */
export async function askCommit({ commit }: Lookups): Promise<SourceResult> {
	const found = await commit();
	if (!found.ok) return unanswered(found);
	if (found.value === undefined) return { status: "empty" };
	const { sha, author, parents, commit: told } = found.value;
	const data: Commit = {
		message: told.message.slice(0, LONGEST_MESSAGE),
		sha,
		parents: parents.length,
		...present({ author: author?.login ?? told.author?.name, authored_at: told.author?.date }),
	};
	return { status: "ok", data };
}
