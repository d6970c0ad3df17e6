import type { BuiltPipeline } from "../../build-pipeline.ts";
import type { Result } from "../../result.ts";
import { type Check, missing, ok } from "../check.ts";

/** Whether the pipeline's file is good. */
export function checkPipeline(file: string, built: Result<BuiltPipeline>): readonly Check[] {
	if (!built.ok) return [missing("pipeline", built.problem, "Give its file with --pipeline.")];
	if (built.value.ok) return [ok("pipeline", `${file} is good: ${built.value.artefact.version.slice(0, 12)}.`)];
	const { length } = built.value.diagnostics;
	const diagnostics = length === 1 ? "1 mistake" : `${length} mistakes`;
	return [missing("pipeline", `${file} has ${diagnostics}.`, "`npx healer check` shows where.")];
}
