import type { Suggestion } from "../worker/api/insights/shapes.ts";
import { renderBacktest } from "./backtest/render-backtest.ts";
import { isChange } from "./backtest/verdict.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { insightsAnswer } from "./insights/insights-answer.ts";
import { renderInsights } from "./insights/render-insights.ts";
import { type SuggestedPatch, suggestedPatches } from "./insights/suggested-patches.ts";
import { exitWith, type Output } from "./output.ts";
import { visible } from "./table.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface InsightsOptions extends WorkerOptions {
	readonly since: string;
	readonly repository?: string;
	readonly json?: boolean;
	/** Show each suggestion as a change of the pipeline, with its backtest. */
	readonly patch?: boolean;
	readonly pipeline?: string;
	/** How many stored incidents the backtest reads. */
	readonly limit?: number;
}

/** `healer insights`: shows results from a worker's journal. */
export async function insights(options: InsightsOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const showFor = (worker: WorkerAccess) => show(worker, options, output);
	if (!options.patch) return await withWorker(options, "read", env, output, showFor);
	// A patch is tested on stored incidents with their context, which only an administrator may read.
	return await withWorker(options, "administer", env, output, showFor);
}

async function show(worker: WorkerAccess, options: InsightsOptions, output: Output): Promise<ExitCode> {
	const query = new URLSearchParams({ since: options.since });
	if (options.repository !== undefined) query.set("repository", options.repository);
	const answer = await askWorker(worker, `/api/insights?${query}`);
	if (!answer.ok) {
		return exitWith(output, answer.problem);
	}
	const { status, body } = answer.value;
	if (status === 400) {
		return exitWith(output, `${body.error}.`, EXIT.usage);
	}
	const read = insightsAnswer.safeParse(body);
	if (!read.success) {
		return exitWith(output, `${worker.url} has no insights (${status}). Is it an older version of Healer?`);
	}
	if (options.patch) return await showPatches(worker, read.data.suggestions, options, output);
	if (options.json) output.line(JSON.stringify(read.data, undefined, 2));
	else for (const line of renderInsights(read.data, output)) output.line(line);
	return EXIT.ok;
}

async function showPatches(
	worker: WorkerAccess,
	suggestions: readonly Suggestion[],
	{ pipeline: file = "pipeline.yaml", limit = 1000, json }: InsightsOptions,
	output: Output,
): Promise<ExitCode> {
	const patches = await suggestedPatches(suggestions, { file, worker, limit }, output);
	if (!patches.ok) return exitWith(output, patches.problem);
	const found = patches.value.flatMap((patch) => (patch.ok ? [patch.value] : []));
	for (const patch of patches.value) if (!patch.ok) output.problem(patch.problem);
	if (json) {
		output.line(JSON.stringify({ patches: found.map(presentPatch) }, undefined, 2));
		return EXIT.ok;
	}
	if (suggestions.length === 0) output.line("No rule was corrected: there is nothing to suggest.");
	for (const patch of found) for (const line of renderPatch(patch, output)) output.line(line);
	return found.length === 0 && suggestions.length > 0 ? EXIT.problem : EXIT.ok;
}

/** Only what the patch would change: unchanged incidents are many. */
function presentPatch({ rule, diff, backtest: { compared, not_kept } }: SuggestedPatch) {
	return { rule, diff, replayed: compared.length, not_kept, changed: compared.filter(isChange) };
}

/** `git apply` takes the patches from the output: all else is no part of them. */
function renderPatch({ text, diff, backtest }: SuggestedPatch, output: Output): readonly string[] {
	return [
		output.paint("bold", `# ${visible(text.slice(0, 1).toUpperCase() + text.slice(1))}.`),
		...diff.split("\n").map((line) => visible(line)),
		"",
		...renderBacktest(backtest, output),
		"",
	];
}
