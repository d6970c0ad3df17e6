import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { askWorker, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface RetryOptions extends WorkerOptions {
	readonly agent?: string;
	readonly json?: boolean;
}

/**
 * `healer retry`: starts an incident over that ended or waits; with `agent`, gives it to that agent, also while another one has
 * it.
 */
export async function retry(
	id: string,
	options: RetryOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { agent } = options;
	return await withWorker(options, "operate", env, output, async (worker) => {
		const body = JSON.stringify(agent === undefined ? {} : { agent });
		const path = `/api/incidents/${encodeURIComponent(id)}/retry`;
		const answer = await askWorker(worker, path, { method: "POST", body });
		if (!answer.ok) return exitWith(output, answer.problem);
		const { status, body: answered } = answer.value;
		if (status === 400) return exitWith(output, `${answered.error}.`, EXIT.usage);
		if (status === 404 || status === 409) return exitWith(output, `${id}: ${answered.error}.`);
		if (status !== 200 || !("attempt" in answered)) {
			return exitWith(output, `${worker.url} sent an unexpected answer (${status}). Is it Healer?`);
		}
		if (options.json) output.line(JSON.stringify(answered));
		else output.line(describe(id, agent, answered));
		return EXIT.ok;
	});
}

/** An attempt of the same agent that is at work goes on. */
function describe(
	id: string,
	agent: string | undefined,
	{ status, attempt }: Readonly<Record<string, unknown>>,
): string {
	if (status !== "waiting") return `${id} is ${status}: attempt ${attempt} is ${agent}'s already.`;
	return agent === undefined
		? `${id} starts over: attempt ${attempt}, by the agent that the rules choose.`
		: `${id} goes on with ${agent}: attempt ${attempt}, once a CodeRun that runs has ended.`;
}
