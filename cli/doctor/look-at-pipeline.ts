import type { BuiltPipeline } from "../build-pipeline.ts";
import type { Result } from "../result.ts";
import { type Check, fine, missing } from "./check.ts";

/** Whether the pipeline's file is good. */
export function lookAtPipeline(file: string, built: Result<BuiltPipeline>): readonly Check[] {
	if (!built.ok) return [missing("pipeline", built.problem, "Give its file with --pipeline.")];
	if (built.value.ok) return [fine("pipeline", `${file} is good: ${built.value.artefact.version.slice(0, 12)}.`)];
	const { length } = built.value.mistakes;
	const mistakes = length === 1 ? "1 mistake" : `${length} mistakes`;
	return [missing("pipeline", `${file} has ${mistakes}.`, "`npx healer check` shows where.")];
}
