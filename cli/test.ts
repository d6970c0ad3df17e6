import { glob } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadPipeline } from "../pipeline/index.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { type PipelineCase, readCaseFile } from "./cases/case-file.ts";
import { createCasesFingerprint } from "./cases/cases-fingerprint.ts";
import { Coverage, renderCoverage } from "./cases/coverage.ts";
import { runCase } from "./cases/run-case.ts";
import { sampleCases } from "./cases/sample-cases.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { shownPath } from "./packs.ts";
import { packFolders } from "./pipeline-files.ts";

export interface TestOptions {
	readonly pipeline: string;
	/** List every uncovered rule, also when only some files are run. */
	readonly coverage?: boolean;
	readonly json?: boolean;
}

/** `healer test`: runs every case of the files through the pipeline; shows the differences and the uncovered rules. */
export async function test(files: readonly string[], options: TestOptions, output: Output): Promise<ExitCode> {
	const run = await runCases(files, options.pipeline);
	if (!run.ok) {
		return exitWith(output, run.problem, EXIT.usage);
	}
	print(run.value, { ...options, isComplete: files.length === 0 }, output);
	return run.value.results.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.problem;
}

const POLL_MS = 250;

/** `healer test --watch`: runs again whenever a file that the cases read has changed, until `stop` is aborted. */
export async function testOnChange(
	files: readonly string[],
	options: TestOptions,
	output: Output,
	stop: AbortSignal,
): Promise<ExitCode> {
	const fingerprint = createCasesFingerprint(options.pipeline);
	let code: ExitCode = EXIT.ok;
	let seen = "";
	while (!stop.aborted) {
		const cases = files.length > 0 ? files : await findCases(options.pipeline);
		const now = await fingerprint(cases);
		if (now !== seen) {
			if (seen !== "") output.line("");
			code = await test(files, options, output);
			seen = now;
		}
		await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
	}
	return code;
}

export interface CaseResult {
	readonly file: string;
	readonly name: string;
	/** The differences from what the case expects; empty when it passes. */
	readonly differences: readonly string[];
}

interface Run {
	readonly results: readonly CaseResult[];
	readonly coverage: Coverage;
}

/** Runs the cases of the files through the pipeline; without files, those beside it. */
export async function runCases(
	files: readonly string[],
	file: string,
	{ allowNone = false } = {},
): Promise<Result<Run>> {
	const artefact = await loadGoodPipeline(file);
	if (!artefact.ok) return artefact;
	const chosen = files.length > 0 ? files : await findCases(file);
	if (chosen.length === 0 && !allowNone) {
		return fail(`No cases found: name their files, or put them in ${caseFolders(file).join(" or ")}.`);
	}
	const pipeline = loadPipeline(artefact.value);
	const coverage = new Coverage(artefact.value);
	const results: CaseResult[] = [];
	const run = async (name: string, given: PipelineCase) => {
		const differences = await runCase(artefact.value, pipeline, given, (stages) => coverage.note(stages));
		results.push({ file: name, name: given.name, differences });
	};
	for (const name of chosen) {
		const cases = await readCaseFile(name);
		if (!cases.ok) return cases;
		for (const given of cases.value) await run(name, given);
	}
	if (files.length > 0) return ok({ results, coverage });
	const { own, others } = await foldersOf(file);
	const samples = await sampleCases(artefact.value, { own, others });
	if (!samples.ok) return samples;
	for (const { file: name, given } of samples.value) await run(name, given);
	return ok({ results, coverage });
}

/** A failing case, with what differs. */
export function renderFailed({ file, name, differences }: CaseResult, { paint }: Output): readonly string[] {
	return [
		`${paint("red", "✗")} ${name}  ${paint("dim", file)}`,
		...differences.map((difference) => `    ${difference}`),
	];
}

/** Where a pipeline's own cases are. */
function caseFolders(pipeline: string): readonly string[] {
	return ["cases", "test/cases/pipeline"].map((folder) => path.join(path.dirname(pipeline), folder));
}

/**
 * The folder of the pipeline and those of packs in it, whose cases and samples are its own; and those of other packs, which
 * may expect what this pipeline switched off.
 */
async function foldersOf(pipeline: string): Promise<Record<"own" | "others", readonly string[]>> {
	const home = path.dirname(pipeline);
	const packs = (await packFolders(pipeline)).map(shownPath);
	const isOwn = (folder: string) => !path.relative(path.resolve(home), path.resolve(folder)).startsWith("..");
	return { own: [home, ...packs.filter(isOwn)], others: packs.filter((folder) => !isOwn(folder)) };
}

/** The files with a pipeline's own cases, and those of its own packs. */
async function findCases(pipeline: string): Promise<string[]> {
	const ofPacks = (await foldersOf(pipeline)).own.map((folder) => path.join(folder, "cases"));
	const found: string[] = [];
	for (const folder of [...caseFolders(pipeline), ...ofPacks]) {
		for await (const file of glob(path.join(folder, "**/*.{yaml,yml}"))) found.push(file);
	}
	return [...new Set(found)].sort();
}

function print(
	{ results, coverage }: Run,
	options: TestOptions & { readonly isComplete: boolean },
	output: Output,
): void {
	const failed = results.filter(({ differences }) => differences.length > 0);
	const passed = results.length - failed.length;
	if (options.json) {
		const covered = { rules: coverage.rules, unreached: coverage.unreached() };
		output.line(JSON.stringify({ passed, failed: failed.length, results, coverage: covered }, undefined, 2));
		return;
	}
	for (const result of failed) for (const line of renderFailed(result, output)) output.line(line);
	const shown = options.isComplete || options.coverage ? renderCoverage(coverage, options.coverage === true) : [];
	for (const line of shown) output.line(output.paint("dim", line));
	const sum = `${passed} of ${results.length} cases passed.`;
	output.line(failed.length === 0 ? output.paint("green", sum) : output.paint("red", sum));
}
