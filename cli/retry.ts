import type { ExitCode } from "./exit-code.ts";
import { actOnIncidents } from "./incidents/act-on-incidents.ts";
import type { Output } from "./output.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface RetryOptions extends WorkerOptions {
	readonly agent?: string;
	readonly json?: boolean;
}

/**
 * `healer retry`: starts incidents over that ended or wait; with `agent`, gives them to that agent, also while another one has
 * them.
 */
export async function retry(
	ids: readonly string[],
	options: RetryOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { agent, json = false } = options;
	return await withWorker(options, "operate", env, output, async (worker) => {
		const body: Readonly<Record<string, string>> = agent === undefined ? {} : { agent };
		const describe = (id: string, answered: Answered) => describeRetry(id, agent, answered);
		return await actOnIncidents(worker, ids, { name: "retry", body, describe }, json, output);
	});
}

interface Answered {
	readonly status: unknown;
	readonly attempt: unknown;
}

/** An attempt of the same agent that is at work goes on. */
function describeRetry(id: string, agent: string | undefined, { status, attempt }: Answered): string {
	if (status !== "waiting") return `${id} is ${status}: attempt ${attempt} is ${agent}'s already.`;
	return agent === undefined
		? `${id} starts over: attempt ${attempt}, by the agent that the rules choose.`
		: `${id} goes on with ${agent}: attempt ${attempt}, once a CodeRun that runs has ended.`;
}
