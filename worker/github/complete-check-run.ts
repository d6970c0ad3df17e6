import * as z from "zod";
import type { Delivery } from "../../pipeline/index.ts";
import type { GitHub } from "./github.ts";
import { partsOf } from "./own-comments.ts";

const payloadSchema = z.object({
	check_run: z.looseObject({
		id: z.number(),
		conclusion: z.string(),
		details_url: z.string().nullish(),
		app: z.looseObject({ slug: z.literal("github-actions") }),
	}),
	repository: z.object({ full_name: z.string() }),
	installation: z.object({ id: z.number() }).nullish(),
});
const jobSchema = z.object({ html_url: z.string() });

// GitHub waits ten seconds for the answer to its delivery, and the journal needs its share.
const WITHIN_MS = 3000;
const RUN_IN_URL = /\/actions\/runs\/\d+/;
const FINE: ReadonlySet<string> = new Set(["success", "neutral", "skipped"]);

/**
 * A check run of GitHub Actions names its run in `details_url`. Older Enterprise Servers omit it; the check run's id is then
 * the id of its job, and the job's URL, which names the run, replaces it. If the lookup fails, the delivery stays unchanged.
 */
export async function completeCheckRun(github: GitHub | undefined, delivery: Delivery): Promise<Delivery> {
	if (github === undefined || delivery.event !== "check_run") return delivery;
	const read = payloadSchema.safeParse(delivery.payload);
	if (!read.success) return delivery;
	const { check_run, repository, installation } = read.data;
	if (FINE.has(check_run.conclusion) || RUN_IN_URL.test(check_run.details_url ?? "")) return delivery;

	const of = { repository: repository.full_name, installation_id: installation?.id };
	const parameters = { ...partsOf(repository.full_name), job_id: check_run.id };
	const route = "GET /repos/{owner}/{repo}/actions/jobs/{job_id}";
	const answer = await github.asInstallation(of, route, parameters, AbortSignal.timeout(WITHIN_MS));
	const job = jobSchema.safeParse(answer.ok ? answer.value : undefined);
	if (!job.success || !RUN_IN_URL.test(job.data.html_url)) return delivery;
	const completed = { ...check_run, details_url: job.data.html_url };
	return { ...delivery, payload: { ...Object(delivery.payload), check_run: completed } };
}
