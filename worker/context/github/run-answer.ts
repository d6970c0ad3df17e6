import * as z from "zod";
import { isSameRepository } from "../../../pipeline/head-repository.ts";

const account = z.object({ login: z.string(), type: z.string().optional() }).nullish();

/** The fields in use of a run of GitHub Actions. */
export const runSchema = z.object({
	id: z.number(),
	name: z.string().nullish(),
	path: z.string().nullish(),
	event: z.string().nullish(),
	workflow_id: z.number(),
	run_number: z.number(),
	run_attempt: z.number().nullish(),
	status: z.string().nullish(),
	conclusion: z.string().nullish(),
	html_url: z.string().nullish(),
	run_started_at: z.string().nullish(),
	head_branch: z.string().nullish(),
	head_sha: z.string(),
	head_repository: z.object({ full_name: z.string() }).nullish(),
	actor: account,
});
export type RunAnswer = z.infer<typeof runSchema>;
export const runsSchema = z.object({ workflow_runs: z.array(runSchema) });

/**
 * The later runs of the same workflow on the same branch of the same repository, newest first, of those listed for the
 * workflow and the branch's name. None if the run's repository was deleted: then nobody knows whose the others are.
 */
export function laterOnSameBranch(runs: readonly RunAnswer[], run: RunAnswer): RunAnswer[] {
	const home = run.head_repository?.full_name;
	if (home === undefined) return [];
	const later = runs.filter(
		(other) => other.run_number > run.run_number && isSameRepository(other.head_repository?.full_name ?? "", home),
	);
	return later.toSorted((one, other) => other.run_number - one.run_number);
}
