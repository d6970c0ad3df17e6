import type { Artefact } from "../pipeline/index.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { buildPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PushOptions extends WorkerOptions {
	readonly pipeline: string;
	readonly json?: boolean;
}

/** `healer push`: checks, builds and activates the pipeline, without a deploy. An invalid one is never sent. */
export async function push(options: PushOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const built = await buildPipeline(options.pipeline, output.colourfulProblems);
	if (!built.ok || !built.value.ok) {
		output.problem(built.ok ? (built.value.ok ? "" : built.value.rendered) : built.problem);
		return built.ok ? EXIT.problem : EXIT.usage;
	}
	const { artefact } = built.value;
	return await withWorker(options, "administer", env, output, async (worker) =>
		reportChange(worker, await pushArtefact(worker, artefact), options, output),
	);
}

/** The active version, and the one before it. */
export interface Change {
	readonly version: string;
	readonly before: string;
}

/** Sends an artefact to a worker, which validates it again and reports its own errors. */
export async function pushArtefact(worker: WorkerAccess, artefact: Artefact): Promise<Result<Change>> {
	return readPush(worker, await askWorker(worker, "/api/pipeline", { method: "PUT", body: JSON.stringify(artefact) }));
}

/** Reads the answer to a change of the active pipeline. */
export function readPush({ url }: WorkerAccess, answer: Awaited<ReturnType<typeof askWorker>>): Result<Change> {
	if (!answer.ok) return answer;
	const { status, body } = answer.value;
	return status === 200
		? ok({ version: String(body.version), before: String(body.before) })
		: fail(`${url} answered ${status}: ${String(body.error)}.`);
}

/** Reports a change of the active pipeline: one line, for people or machines. */
export function reportChange(
	worker: WorkerAccess,
	change: Result<Change>,
	{ json }: { readonly json?: boolean },
	output: Output,
): ExitCode {
	if (!change.ok) {
		return exitWith(output, change.problem);
	}
	output.line(json ? JSON.stringify(change.value) : activated(worker, change.value));
	return EXIT.ok;
}

function activated({ url }: WorkerAccess, { version, before }: Change): string {
	const was = version === before ? "It was active already." : `Previously active: ${before}.`;
	return `${version} is active on ${url}, everywhere within a minute. ${was}`;
}
