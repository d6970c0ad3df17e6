import * as z from "zod";
import type { RepoClient } from "../context/github/asking.ts";
import { parseResponse } from "../context/github/told.ts";
import type { NewerResult } from "./ask-newer.ts";

const schema = z.object({ statuses: z.array(z.object({ context: z.string(), state: z.string() })) });

/** The commit statuses on the branch's head, the newest of each context: green when each that failed is. */
export async function newerOfStatuses(
	{ get, repo }: RepoClient,
	of: { readonly branch: string; readonly contexts: readonly string[] },
): Promise<NewerResult | undefined> {
	if (of.contexts.length === 0) return undefined;
	const parameters = { ...repo, ref: of.branch, per_page: 100 };
	const answer = parseResponse(schema, await get("GET /repos/{owner}/{repo}/commits/{ref}/status", parameters));
	if (!answer.ok) return undefined;
	const states = new Map(answer.value.statuses.map(({ context, state }) => [context, state]));
	const isGreen = of.contexts.every((context) => states.get(context) === "success");
	return isGreen ? { result: "passed", what: `${of.contexts.join(", ")} is green on the branch's head` } : undefined;
}
