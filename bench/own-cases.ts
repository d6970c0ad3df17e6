import { glob } from "node:fs/promises";
import { type PipelineCase, readCaseFile } from "../cli/cases/case-file.ts";
import type { Incident } from "../pipeline/index.ts";
import type { LabelledCase } from "./routing.ts";

/** The project's own cases that name the expected agent: single rules, and real tool output. */
export async function ownCases(): Promise<LabelledCase[]> {
	const labelled: LabelledCase[] = [];
	for await (const file of glob("test/cases/pipeline/**/*.yaml")) {
		const cases = await readCaseFile(file);
		if (!cases.ok) throw new Error(cases.problem);
		labelled.push(...cases.value.flatMap((given) => labelledCase(file, given)));
	}
	return labelled;
}

function labelledCase(
	file: string,
	{ name, event, incident, log, changed_files, expect }: PipelineCase,
): LabelledCase[] {
	if (expect.agent === undefined || event !== undefined) return [];
	// The case file names an incident's fields as the incident does.
	const { workflow, job, failed_steps, evidence, alert, branch } = (incident ?? {}) as Partial<Incident>;
	const id = `${file}: ${name}`;
	const given = {
		id,
		workflow_name: workflow?.name,
		workflow_path: workflow?.path,
		job_name: job,
		failed_steps: failed_steps && [...failed_steps],
		evidence,
		alert,
		branch,
		log,
		changed_files,
	};
	return [{ id, agent: expect.agent, given }];
}
