import * as z from "zod";

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
	head_branch: z.string().nullish(),
	head_sha: z.string(),
	head_repository: z.object({ full_name: z.string() }).nullish(),
	actor: account,
});
export type RunAnswer = z.infer<typeof runSchema>;
export const runsSchema = z.object({ workflow_runs: z.array(runSchema) });
