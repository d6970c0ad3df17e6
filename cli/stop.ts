import type { ExitCode } from "./exit-code.ts";
import { actOnIncidents } from "./incidents/act-on-incidents.ts";
import type { Output } from "./output.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface StopOptions extends WorkerOptions {
	readonly reason?: string;
	readonly json?: boolean;
}

/** `healer stop`: makes no further attempt at these incidents. A CodeRun that runs is not interrupted. */
export async function stop(
	ids: readonly string[],
	options: StopOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { reason, json = false } = options;
	return await withWorker(options, "operate", env, output, async (worker) => {
		const body: Readonly<Record<string, string>> = reason === undefined ? {} : { reason };
		const describe = (id: string) => `${id} is stopped: no further attempt; a CodeRun that runs is not interrupted.`;
		return await actOnIncidents(worker, ids, { name: "stop", body, describe }, json, output);
	});
}
