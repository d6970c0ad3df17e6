import { EXIT, type ExitCode } from "./exit-code.ts";
import { insightsAnswer } from "./insights/insights-answer.ts";
import { renderInsights } from "./insights/render-insights.ts";
import { exitWith, type Output } from "./output.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface InsightsOptions extends WorkerOptions {
	readonly since: string;
	readonly repository?: string;
	readonly json?: boolean;
}

/** `healer insights`: shows results from a worker's journal. */
export async function insights(options: InsightsOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await withWorker(options, "read", env, output, (worker) => show(worker, options, output));
}

async function show(worker: WorkerAccess, options: InsightsOptions, output: Output): Promise<ExitCode> {
	const query = new URLSearchParams({ since: options.since });
	if (options.repository !== undefined) query.set("repository", options.repository);
	const answer = await askWorker(worker, `/api/insights?${query}`);
	if (!answer.ok) {
		return exitWith(output, answer.problem);
	}
	const { status, body } = answer.value;
	if (status === 400) {
		return exitWith(output, `${body.error}.`, EXIT.usage);
	}
	const read = insightsAnswer.safeParse(body);
	if (!read.success) {
		return exitWith(output, `${worker.url} has no insights (${status}). Is it an older version of Healer?`);
	}
	if (options.json) output.line(JSON.stringify(read.data, undefined, 2));
	else for (const line of renderInsights(read.data, output)) output.line(line);
	return EXIT.ok;
}
