import type { Artefact } from "../pipeline/index.ts";
import { ok, type Result } from "../wire/result.ts";
import { isChange } from "./backtest/verdict.ts";
import { buildPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { pushAuthor } from "./push/git-author.ts";
import { type Preview, previewPush, renderPreview } from "./push/preview-push.ts";
import { type Change, pushArtefact } from "./push/push-artefact.ts";
import { type CaseResult, renderFailed, runCases } from "./test.ts";
import { type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface PushOptions extends WorkerOptions {
	readonly pipeline: string;
	/** What the push is about; recorded with the version. */
	readonly message?: string;
	/** Do everything but the push. */
	readonly dryRun?: boolean;
	/** Push without running the cases beside the pipeline. */
	readonly skipCases?: boolean;
	/** How many stored incidents to try it on, newest first. */
	readonly limit?: number;
	readonly json?: boolean;
}

/** Asks a person; absent where nobody can be asked. */
export type Confirm = (question: string) => Promise<boolean>;

/**
 * `healer push`: checks, builds and activates the pipeline, without a deploy. It runs the cases first, and says what changes. An
 * invalid pipeline, and one with a failing case, is never sent.
 */
export async function push(
	options: PushOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
	confirm?: Confirm,
): Promise<ExitCode> {
	const built = await buildPipeline(options.pipeline, output.colourfulProblems);
	if (!built.ok || !built.value.ok) {
		output.problem(built.ok ? (built.value.ok ? "" : built.value.rendered) : built.problem);
		return built.ok ? EXIT.problem : EXIT.usage;
	}
	const { artefact, warnings } = built.value;
	if (warnings.rendered !== "") output.problem(warnings.rendered);
	const cases = options.skipCases ? ok([]) : await failingCases(options.pipeline, output);
	if (!cases.ok) return exitWith(output, cases.problem, EXIT.usage);
	if (cases.value.length > 0) {
		for (const failed of cases.value) for (const line of renderFailed(failed, output)) output.problem(line);
		const count = cases.value.length === 1 ? "1 case fails" : `${cases.value.length} cases fail`;
		return exitWith(
			output,
			`Not pushed: ${count}. Correct the pipeline or the case; --skip-cases pushes all the same.`,
		);
	}
	return await withWorker(options, "administer", env, output, async (worker) => {
		const preview = await previewPush(worker, artefact, options.limit ?? 200, output);
		if (preview.ok && !options.json) for (const line of renderPreview(preview.value, output)) output.line(line);
		if (!preview.ok) {
			if (options.dryRun) return exitWith(output, preview.problem);
			output.problem(`What changes cannot be shown: ${preview.problem}`);
		}
		if (options.dryRun) return reportDryRun(artefact, preview, options, output);
		if (confirm !== undefined && !(await confirm(`Activate ${artefact.version} on ${worker.url}? [y/N] `))) {
			return exitWith(output, "Not pushed.");
		}
		const said = { author: await pushAuthor(env), message: options.message };
		return reportChange(worker, await pushArtefact(worker, artefact, said), options, output);
	});
}

async function failingCases(pipeline: string, output: Output): Promise<Result<readonly CaseResult[]>> {
	const run = await runCases([], pipeline, { allowNone: true });
	if (!run.ok) return run;
	const { results } = run.value;
	const failed = results.filter(({ differences }) => differences.length > 0);
	const passed = `${results.length - failed.length} of ${results.length} cases passed.`;
	output.problem(results.length === 0 ? "There are no cases beside the pipeline." : passed);
	return ok(failed);
}

function reportDryRun(
	{ version }: Artefact,
	preview: Result<Preview>,
	{ json }: PushOptions,
	output: Output,
): ExitCode {
	if (!preview.ok) return EXIT.problem;
	const { active, diff, backtest } = preview.value;
	const changed = backtest.compared.filter(isChange);
	output.line(
		json
			? JSON.stringify(
					{ dry_run: true, version, before: active, diff, tried: backtest.compared.length, changed },
					undefined,
					2,
				)
			: `${version} is not pushed: this was a dry run.`,
	);
	return EXIT.ok;
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
