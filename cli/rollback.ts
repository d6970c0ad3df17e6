import { findPlaces } from "./doctor/places.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { inForce, readChange } from "./push.ts";
import { askWorker, workerAt } from "./worker-api.ts";

export interface RollbackOptions {
	readonly to?: string;
	readonly url?: string;
	readonly json?: boolean;
}

/** `healer rollback`: the version that was pushed before the one in force comes back, or the one that is named. */
export async function rollback(options: RollbackOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const worker = workerAt(options.url, await findPlaces(env));
	if (!worker.ok) {
		output.problem(worker.problem);
		return EXIT.usage;
	}
	const body = JSON.stringify(options.to === undefined ? {} : { to: options.to });
	const answer = await askWorker(worker.value, "/api/pipeline/rollback", { method: "POST", body });
	const change = readChange(worker.value, answer);
	if (!change.ok) {
		output.problem(change.problem);
		return EXIT.problem;
	}
	output.line(options.json ? JSON.stringify(change.value) : inForce(worker.value, change.value));
	return EXIT.ok;
}
