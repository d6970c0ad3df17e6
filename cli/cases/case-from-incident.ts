import { isDeepStrictEqual } from "node:util";
import { dataFrom } from "../../pipeline/context-data.ts";
import { settings as settingsGrammar } from "../../pipeline/grammar/pipeline-file.ts";
import {
	type Artefact,
	type Context,
	decide,
	type Incident,
	loadPipeline,
	type Pipeline,
} from "../../pipeline/index.ts";
import { enrichIncident, factsOf } from "../../pipeline/stages/incident-facts.ts";
import { asGathered, type ExportPage } from "../backtest/replay-incident.ts";
import { type Verdict, verdictOf } from "../backtest/verdict.ts";
import type { Expectation, PipelineCase } from "./case-file.ts";
import { incidentOfCase } from "./incident-of-case.ts";
import { runCase } from "./run-case.ts";

/** What a person says would have been right. */
export interface Correction {
	readonly agent?: string | undefined;
	readonly type?: string | undefined;
}

/** A case from a real incident. */
export interface MadeCase {
	readonly made: PipelineCase;
	/** What this pipeline decides otherwise than the case expects, one line each. */
	readonly differences: readonly string[];
}

type Exported = ExportPage["incidents"][number];

/**
 * Writes down a stored incident as a case: its fields, the log's excerpt, the changed files, the settings that matter and what
 * was decided, or what would have been right. Undefined when the context of its decision was not stored. It takes the
 * shortest form that this pipeline decides as it decides the incident itself.
 */
export async function caseFromIncident(
	artefact: Artefact,
	exported: Exported,
	searched: ExportPage["searched"],
	correction: Correction,
): Promise<MadeCase | undefined> {
	if (exported.context === null) return undefined;
	const pipeline = loadPipeline(artefact);
	const patterns = searched[exported.searched_by ?? ""] ?? [];
	const context = asGathered(artefact, pipeline, exported.context, patterns);
	const now = verdictOf(await decide(pipeline, { incident: exported.incident, context, attempt: 1 }));
	const forms = formsOf(artefact, pipeline, exported, context);
	const short = await firstThat(forms, async (form) => isDecidedAs(now, artefact, pipeline, form));
	const form = { ...(short ?? forms.at(-1)), name: nameOf(exported), expect: expectationOf(exported, now, correction) };
	const settings = await settingsThatMatter(artefact, pipeline, form as PipelineCase, now);
	const { name, expect, ...given } = form;
	const made = { name, ...given, ...(settings && { settings }), expect } as PipelineCase;
	return { made, differences: await runCase(artefact, pipeline, made) };
}

type Form = Omit<PipelineCase, "name" | "expect">;

/** From the shortest to the exact one: without the data of other sources, with it, with the log as it was read. */
function formsOf(artefact: Artefact, pipeline: Pipeline, { incident }: Exported, context: Context): readonly Form[] {
	const log = dataFrom(context, "github.job_logs")?.reading?.excerpt;
	const files = dataFrom(context, "github.changed_files")?.files?.flatMap(({ path }) => path ?? []);
	const short: Form = {
		incident: fieldsOf(artefact, pipeline, incident, context),
		...(log && { log }),
		...(files && files.length > 0 && { changed_files: files }),
	};
	const shown = new Set<string>(["github.job_logs", "github.changed_files"]);
	const others = dataOf(artefact, context, (from) => !shown.has(from));
	const { log: _, ...withoutLog } = short;
	return [
		short,
		{ ...short, context: others },
		{ ...withoutLog, context: { ...others, ...dataOf(artefact, context, (from) => from === "github.job_logs") } },
	];
}

/** What only tells one incident from another, or where to look: no rule of a case needs it. */
const OWN = ["id", "delivery_id", "installation_id", "url", "started_at", "occurred_at", "part"] as const;

/** The incident with what its context knew; null where a case without the field would have a value. */
function fieldsOf(
	artefact: Artefact,
	pipeline: Pipeline,
	incident: Incident,
	context: Context,
): NonNullable<PipelineCase["incident"]> {
	const enriched = enrichIncident(incident, context);
	const { jobs, failed_steps } = factsOf(pipeline, enriched, context);
	const known = new Map(
		Object.entries({ ...enriched, ...(jobs && jobs.length > 1 && { jobs }), ...(failed_steps && { failed_steps }) }),
	);
	for (const name of OWN) known.delete(name);
	const usual = Object.keys(incidentOfCase(artefact, {})).filter((name) => !known.has(name));
	const absent = usual.filter((name) => !OWN.some((own) => own === name)).map((name) => [name, null]);
	return Object.fromEntries([...known, ...absent]);
}

function dataOf(
	artefact: Artefact,
	context: Context,
	isWanted: (from: string) => boolean,
): NonNullable<Form["context"]> {
	const names = new Set(artefact.context.map(({ name }) => name));
	const parts = Object.entries(context).flatMap(([name, part]) =>
		part.status === "ok" && names.has(name) && isWanted(part.from) ? [[name, part.data]] : [],
	);
	// Parts come from the journal as JSON.
	return Object.fromEntries(parts) as NonNullable<Form["context"]>;
}

function expectationOf({ agent, failure_type }: Exported, now: Verdict, correction: Correction): Expectation {
	if (correction.agent !== undefined || correction.type !== undefined) {
		return {
			...(correction.agent !== undefined && { agent: correction.agent }),
			...(correction.type !== undefined && { failure_type: correction.type }),
		};
	}
	// What a filter refused was recorded without a decision.
	const verdict = agent === null ? now : { agent, failure_type };
	return asExpectation({ rule: now.rule, ...verdict });
}

function asExpectation({ agent, failure_type, rule }: Verdict): Expectation {
	if (agent === null) return { filter: rule ?? "" };
	return { agent, ...(failure_type !== null && { failure_type }) };
}

async function isDecidedAs(verdict: Verdict, artefact: Artefact, pipeline: Pipeline, form: Form): Promise<boolean> {
	const given = { ...form, name: "form", expect: asExpectation(verdict) } as PipelineCase;
	return (await runCase(artefact, pipeline, given)).length === 0;
}

/** The settings with whose defaults the case would be decided otherwise: with them, it does not depend on this pipeline's. */
async function settingsThatMatter(
	artefact: Artefact,
	pipeline: Pipeline,
	given: PipelineCase,
	verdict: Verdict,
): Promise<PipelineCase["settings"]> {
	const repository = String(given.incident?.repository);
	const matter: [string, unknown][] = [];
	for (const [name, { value, usual }] of settingsOf(artefact, repository)) {
		if (isDeepStrictEqual(value, usual)) continue;
		const changed = { ...given, settings: { [name]: usual } } as PipelineCase;
		if (!(await isDecidedAs(verdict, artefact, pipeline, changed))) matter.push([name, value]);
	}
	return matter.length === 0 ? undefined : (Object.fromEntries(matter) as PipelineCase["settings"]);
}

/** The settings that a case may override, with their defaults; no repository is the usual one. */
function settingsOf(artefact: Artefact, repository: string): readonly [string, { value: unknown; usual: unknown }][] {
	const { settings } = artefact;
	const usual = settingsGrammar.parse({ repositories: ["nobody/nothing"] });
	const { max_per_hour: _, ...commands } = settings.commands;
	const { max_per_hour: __, ...usualCommands } = usual.commands;
	const { process_bot_commits, process_bots, process_forks, unknown_heads, skip_markers, reviewers, watch, vars } =
		settings;
	const own = { process_bot_commits, process_bots, process_forks, unknown_heads, skip_markers, reviewers, watch, vars };
	return [
		["repositories", { value: [repository], usual: usual.repositories }],
		["commands", { value: commands, usual: usualCommands }],
		...Object.entries(own).map(([name, value]): [string, { value: unknown; usual: unknown }] => [
			name,
			{ value, usual: usual[name as keyof typeof own] },
		]),
	];
}

function nameOf({ id, incident, failure_type }: Exported): string {
	const where = [incident.repository, incident.workflow?.name, incident.job].filter((part) => part).join(" / ");
	return `${where}: ${failure_type ?? incident.kind} (${id.slice(0, 8)})`;
}

async function firstThat<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<T | undefined> {
	for (const item of items) if (await holds(item)) return item;
	return undefined;
}
