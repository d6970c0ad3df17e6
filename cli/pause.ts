import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { askWorker, unexpected, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PauseOptions extends WorkerOptions {
	readonly reason?: string;
}

/** `healer pause`: stops spawning. Deliveries are still received and decided; incidents wait. */
export async function pause(options: PauseOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const body = JSON.stringify(options.reason === undefined ? {} : { reason: options.reason });
	return await send({ method: "POST", body }, options, env, output, ({ url }) => {
		return `Paused: ${url} creates no CodeRuns until \`healer resume\`. Incidents wait.`;
	});
}

/** `healer resume`: releases the incidents that a pause deferred, oldest first. */
export async function resume(options: PauseOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await send({ method: "DELETE" }, options, env, output, ({ url, answer }) =>
		answer.paused === null
			? `Resumed: ${url} creates CodeRuns again. Released incidents: ${answer.released}.`
			: `The pause has ended, but the pipeline of ${url} has \`paused: true\`: it still creates no CodeRuns.`,
	);
}

async function send(
	request: { readonly method: "POST" | "DELETE"; readonly body?: string },
	options: PauseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
	describe: (result: { url: string; answer: Readonly<Record<string, unknown>> }) => string,
): Promise<ExitCode> {
	return await withWorker(options, "operate", env, output, async (worker) => {
		const answer = await askWorker(worker, "/api/pause", request);
		if (!answer.ok) {
			return exitWith(output, answer.problem);
		}
		const { status, body } = answer.value;
		if (status !== 200 || !("paused" in body)) {
			return exitWith(output, unexpected(worker, answer.value));
		}
		output.line(describe({ url: worker.url, answer: body }));
		return EXIT.ok;
	});
}
