import { writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { exportPage } from "./backtest/replay-incident.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { type Correction, caseFromIncident, type MadeCase } from "./cases/case-from-incident.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { resolveIncident } from "./incidents/resolve-incident.ts";
import { exitWith, type Output } from "./output.ts";
import { readOptionalText } from "./read-input.ts";
import { askWorker, type WorkerAccess, type WorkerOptions, withWorker } from "./worker-api.ts";

export interface CaseOptions extends WorkerOptions, Correction {
	readonly pipeline: string;
	/** The file to add the case to; it is printed without one. */
	readonly out?: string;
}

/** `healer case`: writes a test case from a real incident, as `healer test` reads it. */
export async function writeCase(
	incident: string,
	options: CaseOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	return await withWorker(options, "administer", env, output, async (worker) => {
		const made = await makeCase(worker, incident, options);
		if (!made.ok) return exitWith(output, made.problem);
		const { made: given, differences } = made.value;
		if (options.out === undefined) output.line(stringifyCase(given).trimEnd());
		else {
			const added = await addTo(options.out, given);
			if (!added.ok) return exitWith(output, added.problem, EXIT.usage);
			output.line(`Added "${given.name}" to ${options.out}.`);
		}
		if (differences.length > 0) {
			output.problem(`${options.pipeline} decides otherwise, so the case fails until it is changed:`);
			for (const difference of differences) output.problem(`    ${difference}`);
		}
		return EXIT.ok;
	});
}

async function makeCase(worker: WorkerAccess, incident: string, options: CaseOptions): Promise<Result<MadeCase>> {
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) return artefact;
	const resolved = await resolveIncident(worker, incident);
	if (!resolved.ok) return resolved;
	const id = resolved.value;
	const answer = await askWorker(worker, `/api/export?${new URLSearchParams({ incident: id })}`);
	if (!answer.ok) return answer;
	const page = exportPage.safeParse(answer.value.body);
	if (!page.success) return fail(`${worker.url} does not export incidents. Is it an older version of Healer?`);
	const found = page.data.incidents.find((one) => one.id === id);
	if (found === undefined) return fail(`${worker.url} has no decided incident ${id}.`);
	const made = await caseFromIncident(artefact.value, found, page.data.searched, options);
	return made === undefined ? fail(`The context of incident ${id} was not stored, or was pruned.`) : ok(made);
}

function stringifyCase(given: object): string {
	return stringify([given], { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Appends to a file's list of cases, whose comments and layout stay; makes the file if there is none. */
async function addTo(file: string, given: MadeCase["made"]): Promise<Result<undefined>> {
	const before = await readOptionalText(file);
	if (!before.ok) return before;
	const old = before.value ?? "";
	const text = `${old.trim() === "" ? "" : `${old.trimEnd()}\n\n`}${stringifyCase(given)}`;
	if (listIn(text)?.length !== (old.trim() === "" ? 0 : (listIn(old)?.length ?? Number.NaN)) + 1)
		return fail(`${file} is not a list of cases, one \`- name:\` each: nothing was added.`);
	try {
		await writeFile(file, text);
		return ok(undefined);
	} catch (error) {
		return fail(`Cannot write ${file}: ${messageOf(error)}.`);
	}
}

function listIn(text: string): readonly unknown[] | undefined {
	try {
		const list: unknown = parse(text);
		return Array.isArray(list) ? list : undefined;
	} catch {
		return undefined;
	}
}
