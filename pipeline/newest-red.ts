import type { Context } from "./context.ts";
import { dataFrom } from "./context-data.ts";
import type { Incident } from "./incident.ts";

/** The newest red run or check of a remediation: what failed when an attempt ended. Facts that nobody reported are absent. */
export interface NewestRed {
	readonly run_id?: string;
	readonly run_attempt?: number;
	readonly head_sha?: string;
	/** Where it ran: the branch that failed, or the branch of the fix. */
	readonly branch?: string;
	readonly url?: string;
	/** Names of the failed jobs or checks. */
	readonly jobs: readonly string[];
	readonly failed_steps: readonly string[];
}

/**
 * The incident as context sources, rules and prompt see it once an attempt has ended: what is red now. Its identity, its branch
 * and with them claims and strategy stay. What only described the earlier failure is left out, so that the context names it
 * anew. The text of an event without a run stays: nothing else has one.
 */
export function evidenceIncident(incident: Incident, newest: NewestRed): Incident {
	const { jobs, failed_steps, run_id, run_attempt, head_sha, url } = newest;
	const {
		job: _job,
		jobs: _jobs,
		failed_steps: _steps,
		conclusion: _conclusion,
		commit_message: _message,
		run_id: _run,
		run_attempt: _attempt,
		head_sha: _sha,
		url: _url,
		actor: _actor,
		author: _author,
		evidence,
		...kept
	} = incident;
	const [only] = jobs;
	return {
		...kept,
		...(run_id === undefined && evidence !== undefined && { evidence }),
		...(run_id !== undefined && { run_id }),
		...(run_attempt !== undefined && { run_attempt }),
		...(head_sha !== undefined && { head_sha }),
		...(url !== undefined && { url }),
		...(only !== undefined && { job: only }),
		...(jobs.length > 1 && { jobs }),
		...(failed_steps.length > 0 && { failed_steps }),
	};
}

/** Names of the jobs that are red: those that the context found, else those that the events named. */
export function redJobs({ job, jobs }: Incident, context: Context): readonly string[] {
	const found = dataFrom(context, "github.job_logs")?.jobs;
	const names = Array.isArray(found) ? found.flatMap(({ name }) => (typeof name === "string" ? [name] : [])) : [];
	return names.length > 0 ? names : (jobs ?? (job === undefined ? [] : [job]));
}
