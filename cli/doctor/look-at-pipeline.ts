import { buildPipeline } from "../build-pipeline.ts";
import { type Check, fine, missing } from "./check.ts";

export async function lookAtPipeline(file: string): Promise<readonly Check[]> {
	const built = await buildPipeline(file);
	if (!built.ok) return [missing("pipeline", built.problem, "Give its file with --pipeline.")];
	if (built.value.ok) return [fine("pipeline", `${file} is good: ${built.value.artefact.version.slice(0, 12)}.`)];
	const { length } = built.value.mistakes;
	const mistakes = length === 1 ? "1 mistake" : `${length} mistakes`;
	return [missing("pipeline", `${file} has ${mistakes}.`, "`npx healer check` shows where.")];
}
