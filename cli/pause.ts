import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { askWorker, withWorker } from "./worker-api.ts";

export interface PauseOptions {
	readonly reason?: string;
	readonly url?: string;
}

/** `healer pause`: from now on nothing is spawned. Deliveries are taken and decided all the same; incidents wait. */
export async function pause(options: PauseOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const body = JSON.stringify(options.reason === undefined ? {} : { reason: options.reason });
	return await order({ method: "POST", body }, options, env, output, ({ url }) => {
		return `Paused: nothing is spawned by ${url} until \`healer resume\`. Incidents wait.`;
	});
}

/** `healer resume`: what a pause held back goes on, oldest first. */
export async function resume(options: PauseOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await order({ method: "DELETE" }, options, env, output, ({ url, answer }) =>
		answer.paused === null
			? `Resumed: ${url} spawns again. Incidents that were held back: ${answer.released}.`
			: `The pause that was ordered is over, but the pipeline of ${url} says \`paused: true\`: nothing is spawned yet.`,
	);
}

async function order(
	request: { readonly method: "POST" | "DELETE"; readonly body?: string },
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
	say: (result: { url: string; answer: Readonly<Record<string, unknown>> }) => string,
): Promise<ExitCode> {
	return await withWorker(options.url, env, output, async (worker) => {
		const answer = await askWorker(worker, "/api/pause", request);
		if (!answer.ok) {
			output.problem(answer.problem);
			return EXIT.problem;
		}
		const { status, body } = answer.value;
		if (status !== 200 || !("paused" in body)) {
			output.problem(`${worker.url} answered ${status}, and not whether it is paused: is that a Healer?`);
			return EXIT.problem;
		}
		output.line(say({ url: worker.url, answer: body }));
		return EXIT.ok;
	});
}
