import * as z from "zod";
import type { RepoClient } from "../context/github/asking.ts";
import { hasFailed } from "../context/github/failed-jobs.ts";
import { parseResponse } from "../context/github/told.ts";
import type { NewerResult } from "./ask-newer.ts";

const schema = z.object({
	check_runs: z.array(
		z.object({
			name: z.string(),
			head_sha: z.string(),
			status: z.string(),
			conclusion: z.string().nullish(),
			app: z.object({ slug: z.string().nullish() }).nullish(),
		}),
	),
});

/** The check runs of the same App on the branch's head: green when each that failed is. */
export async function newerOfChecks(
	{ get, repo }: RepoClient,
	of: { readonly branch: string; readonly app: string; readonly jobs: readonly string[] },
): Promise<NewerResult | undefined> {
	if (of.jobs.length === 0) return undefined;
	const parameters = { ...repo, ref: of.branch, filter: "latest", per_page: 100 } as const;
	const answer = parseResponse(schema, await get("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", parameters));
	if (!answer.ok) return undefined;
	const ours = answer.value.check_runs.filter(({ app, name }) => app?.slug === of.app && of.jobs.includes(name));
	const failed = ours.find(({ status, conclusion }) => status === "completed" && hasFailed(conclusion));
	if (failed !== undefined) return { result: "failed", app: of.app, head_sha: failed.head_sha };
	const isGreen = of.jobs.every((job) => {
		const runs = ours.filter(({ name }) => name === job);
		return runs.length > 0 && runs.every(({ conclusion }) => conclusion === "success");
	});
	return isGreen
		? { result: "passed", what: `${of.jobs.join(", ")} of ${of.app} is green on the branch's head` }
		: undefined;
}
