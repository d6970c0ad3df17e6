import type { Result } from "../../../wire/result.ts";
import type { BuiltPipeline } from "../../build-pipeline.ts";
import { type Check, failed, passed } from "../check-result.ts";

/** Whether the pipeline is valid. */
export function checkPipeline(file: string, built: Result<BuiltPipeline>): readonly Check[] {
	if (!built.ok) return [failed("pipeline", built.problem, "Name the file with --pipeline.")];
	if (built.value.ok)
		return [passed("pipeline", `${file} is valid: version ${built.value.artefact.version.slice(0, 12)}.`)];
	const { length } = built.value.diagnostics;
	const diagnostics = length === 1 ? "1 error" : `${length} errors`;
	return [failed("pipeline", `${file} has ${diagnostics}.`, "Run `npx healer check` to see them.")];
}
