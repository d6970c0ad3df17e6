import { type Artefact, loadPipeline } from "../pipeline/index.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { activePipeline } from "./backtest/active-pipeline.ts";
import { agentsWoken, type Occurrence } from "./backtest/agents-woken.ts";
import { changedBy, changedEntries } from "./backtest/changed-entries.ts";
import { exportedIncidents } from "./backtest/exported-incidents.ts";
import { type Backtest, renderBacktest } from "./backtest/render-backtest.ts";
import { replayIncident } from "./backtest/replay-incident.ts";
import { type Compared, comparedWith, differenceOf, isChange } from "./backtest/verdict.ts";
import { buildFiles, loadGoodPipeline } from "./build-pipeline.ts";
import { readFailureCase } from "./cases/failure-case.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { type PipelineFiles, readPipelineFiles } from "./pipeline-files.ts";
import { openInput } from "./read-input.ts";
import { routeCase } from "./route.ts";
import { type WorkerAccess, type WorkerOptions, workerAt } from "./worker-api.ts";

export interface BacktestOptions extends WorkerOptions {
	/** The pipeline to test. */
	readonly pipeline: string;
	/** The pipeline that cases from files are compared with. */
	readonly base: string;
	readonly limit: number;
	readonly json?: boolean;
	readonly failOnChange?: boolean;
}

/**
 * `healer backtest`: shows what another pipeline would have decided. Without files, for the incidents of a worker's
 * journal, compared with the recorded decisions; with files, for their cases, compared with the pipeline `base`.
 */
export async function backtest(
	files: readonly string[],
	options: BacktestOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const tested = await (files.length === 0
		? backtestJournal(options, env, output)
		: backtestFiles(files, options, output));
	if (!tested.ok) {
		return exitWith(output, tested.problem, EXIT.usage);
	}
	const changed = tested.value.compared.filter(isChange);
	if (options.json) output.line(JSON.stringify({ changed: changed.length, ...tested.value }, undefined, 2));
	else for (const line of renderBacktest(tested.value, output)) output.line(line);
	return options.failOnChange && changed.length > 0 ? EXIT.problem : EXIT.ok;
}

async function backtestJournal(
	options: BacktestOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<Result<Backtest>> {
	const local = await localPipeline(options.pipeline);
	if (!local.ok) return local;
	const worker = await workerAt(options, env, "administer");
	if (!worker.ok) return worker;
	const tested = await replayAll(worker.value, local.value, options.limit, output);
	if (!tested.ok) return tested;
	const active = await activePipeline(worker.value);
	if (active.ok) return ok(explained(tested.value, active.value, local.value));
	output.problem(`What changed in the policy is not known: ${active.problem}`);
	return tested;
}

interface LocalPipeline {
	readonly artefact: Artefact;
	readonly files: PipelineFiles;
}

async function localPipeline(file: string): Promise<Result<LocalPipeline>> {
	const files = await readPipelineFiles(file);
	if (!files.ok) return files;
	const built = await buildFiles(files.value);
	return built.ok ? ok({ artefact: built.artefact, files: files.value }) : fail(built.rendered);
}

/** Adds what the pipelines differ in, and which of that each changed decision has to do with. */
function explained(tested: Backtest, before: Artefact, { artefact, files }: LocalPipeline): Backtest {
	const changes = changedEntries(before, artefact, files);
	const compared = tested.compared.map((one) =>
		isChange(one) ? { ...one, changed_by: changedBy(one, changes, [before, artefact]) } : one,
	);
	return { ...tested, compared, policy: { version: before.version, changes } };
}

/**
 * Decides the worker's newest stored incidents again, compared with what was recorded; with `base`, compared with what that
 * pipeline decides on the same facts.
 */
export async function replayAll(
	worker: WorkerAccess,
	{ artefact, base }: { readonly artefact: Artefact; readonly base?: Artefact | undefined },
	limit: number,
	output: Output,
): Promise<Result<Backtest>> {
	const pipeline = loadPipeline(artefact);
	const basePipeline = base && loadPipeline(base);
	const compared: Compared[] = [];
	const occurrences: Occurrence[] = [];
	let notKept = 0;
	for await (const one of exportedIncidents(worker, limit, output)) {
		if (!one.ok) return one;
		const { exported, searched } = one.value;
		const now = await replayIncident(artefact, pipeline, exported, searched);
		const old = base && basePipeline && (await replayIncident(base, basePipeline, exported, searched));
		if (now === undefined) {
			notKept++;
			continue;
		}
		compared.push(old === undefined ? now.compared : comparedWith(old.compared.after, now.compared));
		if (now.occurrence !== undefined) occurrences.push(now.occurrence);
	}
	const agents = occurrences.length === 0 ? undefined : agentsWoken(occurrences);
	return ok({ compared, not_kept: notKept, ...(agents !== undefined && { agents }) });
}

async function backtestFiles(
	files: readonly string[],
	{ pipeline, base }: BacktestOptions,
	output: Output,
): Promise<Result<Backtest>> {
	const [before, after] = [await loadGoodPipeline(base), await localPipeline(pipeline)];
	if (!before.ok) return before;
	if (!after.ok) return after;
	const pipelines = { before: loadPipeline(before.value), after: loadPipeline(after.value.artefact) };
	const compared: Compared[] = [];
	for (const file of files) {
		let number = 0;
		const opened = await openInput(file);
		if (!opened.ok) return opened;
		try {
			for await (const line of opened.value.readLines({ encoding: "utf8" })) {
				number++;
				if (line.trim() === "") continue;
				const given = readFailureCase(line);
				if (!given.ok) return fail(`${file}, line ${number}: ${given.problem}.`);
				const old = await routeCase(before.value, pipelines.before, given.value);
				const now = await routeCase(after.value.artefact, pipelines.after, given.value);
				const id = String(old.id ?? `${file}:${number}`);
				const where = given.value.workflow_name ?? given.value.event ?? "";
				compared.push({ id, where, before: old, after: now, difference: differenceOf(old, now) });
				if (compared.length % 500 === 0) output.problem(`${compared.length} cases decided...`);
			}
		} catch (error) {
			return fail(`Cannot read ${file}: ${messageOf(error)}.`);
		} finally {
			await opened.value.close();
		}
	}
	return ok(explained({ compared, not_kept: 0 }, before.value, after.value));
}
