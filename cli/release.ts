import type { ExitCode } from "./exit-code.ts";
import { actOnIncidents } from "./incidents/act-on-incidents.ts";
import type { Output } from "./output.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface ReleaseOptions extends WorkerOptions {
	readonly json?: boolean;
}

/** `healer release`: tries dead or waiting incidents again at once, with the same attempt. */
export async function release(
	ids: readonly string[],
	options: ReleaseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	return await withWorker(options, "operate", env, output, async (worker) => {
		const describe = (id: string, { attempt }: { readonly attempt: unknown }) =>
			`${id} is tried again now: attempt ${attempt}. Claims and limits still count.`;
		return await actOnIncidents(worker, ids, { name: "release", body: {}, describe }, options.json ?? false, output);
	});
}
