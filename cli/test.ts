import { glob } from "node:fs/promises";
import path from "node:path";
import { loadPipeline } from "../pipeline/index.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { readCaseFile } from "./cases/case-file.ts";
import { runCase } from "./cases/run-case.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

export interface TestOptions {
	readonly pipeline: string;
	readonly json?: boolean;
}

interface CaseResult {
	readonly file: string;
	readonly name: string;
	/** What differs from what the case expects; empty when it passes. */
	readonly differences: readonly string[];
}

/** `healer test`: every case of the files through the pipeline; what differs is named. */
export async function test(files: readonly string[], options: TestOptions, output: Output): Promise<ExitCode> {
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) {
		output.problem(artefact.problem);
		return EXIT.usage;
	}
	const chosen = files.length > 0 ? files : await casesBeside(options.pipeline);
	if (chosen.length === 0) {
		output.problem(`There are no cases: give their files, or put them in ${casesFolder(options.pipeline)}.`);
		return EXIT.usage;
	}
	const pipeline = loadPipeline(artefact.value);
	const results: CaseResult[] = [];
	for (const file of chosen) {
		const cases = await readCaseFile(file);
		if (!cases.ok) {
			output.problem(cases.problem);
			return EXIT.usage;
		}
		for (const given of cases.value) {
			results.push({ file, name: given.name, differences: await runCase(artefact.value, pipeline, given) });
		}
	}
	print(results, options, output);
	return results.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.problem;
}

function casesFolder(pipeline: string): string {
	return path.join(path.dirname(pipeline), "test/cases/pipeline");
}

async function casesBeside(pipeline: string): Promise<string[]> {
	const found: string[] = [];
	for await (const file of glob(path.join(casesFolder(pipeline), "**/*.{yaml,yml}"))) found.push(file);
	return found.sort();
}

function print(results: readonly CaseResult[], options: TestOptions, output: Output): void {
	const failed = results.filter(({ differences }) => differences.length > 0);
	if (options.json) {
		output.line(
			JSON.stringify({ passed: results.length - failed.length, failed: failed.length, results }, undefined, 2),
		);
		return;
	}
	for (const { file, name, differences } of failed) {
		output.line(`${output.paint("red", "✗")} ${name}  ${output.paint("dim", file)}`);
		for (const difference of differences) output.line(`    ${difference}`);
	}
	const passed = `${results.length - failed.length} of ${results.length} cases pass.`;
	output.line(failed.length === 0 ? output.paint("green", passed) : output.paint("red", passed));
}
