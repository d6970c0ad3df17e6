import type { ExitCode } from "./exit-code.ts";
import { actOnIncidents } from "./incidents/act-on-incidents.ts";
import type { Output } from "./output.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

export interface ApproveOptions extends WorkerOptions {
	readonly attempt?: number;
	readonly json?: boolean;
}

/** `healer approve`: lets decisions be sent that wait for a person; with `attempt`, only if that is still the decision. */
export async function approve(
	ids: readonly string[],
	options: ApproveOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const { attempt, json = false } = options;
	return await withWorker(options, "operate", env, output, async (worker) => {
		const body: Readonly<Record<string, number>> = attempt === undefined ? {} : { attempt };
		const describe = (id: string, answered: { readonly attempt: unknown }) =>
			`${id} is approved: attempt ${answered.attempt} is sent. Claims and limits still count.`;
		return await actOnIncidents(worker, ids, { name: "approve", body, describe }, json, output);
	});
}
