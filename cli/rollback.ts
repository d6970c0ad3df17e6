import type { ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { readPush } from "./push/push-artefact.ts";
import { reportChange } from "./push.ts";
import { askWorker, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface RollbackOptions extends WorkerOptions {
	readonly to?: string;
	readonly json?: boolean;
}

/** `healer rollback`: activates the previously pushed version, or the given one. */
export async function rollback(options: RollbackOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const body = JSON.stringify(options.to === undefined ? {} : { to: options.to });
	return await withWorker(options, "administer", env, output, async (worker) => {
		const answer = await askWorker(worker, "/api/pipeline/rollback", { method: "POST", body });
		return reportChange(worker, readPush(worker, answer), options, output);
	});
}
