import { resolvePolicy } from "../../pipeline/build/index.ts";
import { type Artefact, loadPipeline, type Pipeline } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import type { Suggestion } from "../../worker/api/insights/shapes.ts";
import { exportedIncidents } from "../backtest/exported-incidents.ts";
import type { Backtest } from "../backtest/render-backtest.ts";
import { replayIncident } from "../backtest/replay-incident.ts";
import { type Compared, comparedWith } from "../backtest/verdict.ts";
import { buildFiles } from "../build-pipeline.ts";
import type { Output } from "../output.ts";
import { type PipelineFiles, readPipelineFiles } from "../pipeline-files.ts";
import type { WorkerAccess } from "../worker-api.ts";
import { patchPipeline } from "./patch-pipeline.ts";

/** A suggestion as a change of the pipeline, with what that would have decided about the stored incidents. */
export interface SuggestedPatch {
	readonly rule: string;
	/** The suggestion, in one sentence. */
	readonly text: string;
	readonly diff: string;
	readonly backtest: Backtest;
}

interface Decider {
	readonly artefact: Artefact;
	readonly pipeline: Pipeline;
}

/**
 * Turns suggestions into patches of the pipeline in `file`, and decides the worker's stored incidents with and without each. Why
 * one is no patch, is its problem.
 */
export async function suggestedPatches(
	suggestions: readonly Suggestion[],
	from: { readonly file: string; readonly worker: WorkerAccess; readonly limit: number },
	output: Output,
): Promise<Result<readonly Result<SuggestedPatch>[]>> {
	const files = await readPipelineFiles(from.file);
	if (!files.ok) return files;
	const before = await deciderOf(files.value);
	if (!before.ok) return before;
	const patched = await Promise.all(suggestions.map((suggestion) => patchOf(suggestion, files.value)));
	const compared = patched.map((): Compared[] => []);
	let not_kept = 0;
	for await (const one of exportedIncidents(from.worker, from.limit, output)) {
		if (!one.ok) return one;
		const { exported, searched } = one.value;
		const old = await replayIncident(before.value.artefact, before.value.pipeline, exported, searched);
		if (old === undefined) {
			not_kept++;
			continue;
		}
		for (const [index, patch] of patched.entries()) {
			if (!patch.ok) continue;
			const { artefact, pipeline } = patch.value.after;
			const now = await replayIncident(artefact, pipeline, exported, searched);
			if (now !== undefined) compared[index]?.push(comparedWith(old.compared.after, now.compared));
		}
	}
	return ok(
		patched.map((patch, index) => {
			if (!patch.ok) return patch;
			const { rule, text, diff } = patch.value;
			return ok({ rule, text, diff, backtest: { compared: compared[index] ?? [], not_kept } });
		}),
	);
}

async function patchOf(
	{ rule, route, text }: Suggestion,
	files: PipelineFiles,
): Promise<Result<Omit<SuggestedPatch, "backtest"> & { readonly after: Decider }>> {
	if (route === null) return fail(`Rule ${rule}: nothing tells its wrong choices from its right ones.`);
	const patched = patchPipeline({ ...files, rules: rulesOf(files) }, rule, route);
	if (!patched.ok) return patched;
	const after = await deciderOf({ ...files, text: patched.value.text });
	return after.ok ? ok({ rule, text, diff: patched.value.diff, after: after.value }) : after;
}

/** The rules under `route`, with those of the packs. */
function rulesOf(files: PipelineFiles): readonly string[] {
	const resolved = resolvePolicy(files);
	const entries = resolved.ok ? resolved.policy.entries : [];
	return entries.filter(({ stage, disabled }) => stage === "route" && disabled === undefined).map(({ name }) => name);
}

async function deciderOf(files: PipelineFiles): Promise<Result<Decider>> {
	const built = await buildFiles(files);
	if (!built.ok) return fail(built.rendered);
	return ok({ artefact: built.artefact, pipeline: loadPipeline(built.artefact) });
}
