import type { EvidenceKind } from "../evidence-kinds.ts";
import type { Facts } from "../expression/facts.ts";
import { matchesGlob } from "../expression/glob.ts";
import { activityOf, activityOfCommand, failureOfActivity } from "./activities.ts";
import { commandsIn } from "./command-line.ts";
import type { Evidence } from "./evidence.ts";
import { programsRun, SHELL, type StepPrograms, stepNames } from "./step-programs.ts";
import type { Failure, KnownTool, Meant, ToolTable } from "./tool-table.ts";

/** What names and texts say: of the step, what is around it, and the changed files. */
export function nameEvidence(table: ToolTable, facts: Facts, ran: readonly StepPrograms[]): readonly Evidence[] {
	const { log, said = [], jobs = [], workflow, changed_files = [] } = facts;
	const errors = log?.steps?.flatMap((step) => step.errors) ?? [];
	const files = changedFiles(table, changed_files);
	const steps = stepNames(table, facts, ran);
	const around = [
		...jobs.flatMap((name) => named(table, name, "job_name")),
		...(workflow?.name === undefined ? [] : named(table, workflow.name, "workflow_name")),
	];
	return [
		...said.flatMap((text) => named(table, text, "error_text")),
		...errors.filter((text) => FAILS.test(text)).flatMap((text) => named(table, text, "error_text")),
		...steps.flatMap((name) => named(table, name, "step_name")),
		...around.filter((one) => !isElsewhere(table, one, files[0], steps)),
		...files,
		...(log?.steps ?? []).flatMap(({ last }) => last.toReversed().flatMap((text) => named(table, text, "log_text"))),
	];
}

/**
 * Whether the failing step does what is no part of the job's or workflow's field, and is part of that of the changed files:
 * `Install` in a job called `publish`. A security gate stays one.
 */
function isElsewhere(
	table: ToolTable,
	around: Evidence,
	files: Evidence | undefined,
	steps: readonly string[],
): boolean {
	if (files === undefined || around.kind === "security_name") return false;
	const does = (field: string) => failureByNames(table, field, steps) !== undefined;
	return does(files.field) && !does(around.field);
}

const FAILS = /fail|error|denied|conflict|vulnerab/i;
/** `Clippy found 3 errors`, but not `Clippy found 0 errors`. */
const FAILED =
	/\b[1-9]\d* (?:errors?|warnings?|lints?|problems?|issues?|files?|diffs?|tests?)\b|\bfail(?:s|ed|ure|ing)?\b/i;

/** What the names of the failing step say about how this field failed: `rust_test` of a step called `Unit tests`. */
export function failureByStep(table: ToolTable, field: string, facts: Facts): Failure | undefined {
	return failureByNames(table, field, stepNames(table, facts, programsRun(table, facts)));
}

/** The same of the names of its job and workflow. */
export function failureByJob(table: ToolTable, field: string, { jobs = [], workflow }: Facts): Failure | undefined {
	return failureByNames(table, field, workflow?.name === undefined ? jobs : [...jobs, workflow.name]);
}

/** The same of the failing step's commands, even of programs that no entry knows: `patrol test`, `erblint`. */
export function failureByCommands(table: ToolTable, field: string, { log }: Facts): Failure | undefined {
	const lines = log?.steps?.flatMap(({ commands }) => commands) ?? [];
	const commands = lines.flatMap((line) => commandsIn(line)).filter(([program = ""]) => !SHELL.has(program));
	const failures = table.failures.get(field) ?? [];
	return commands
		.toReversed()
		.map((command) => activityOfCommand(command).map((end) => `${field}${end}`))
		.map((types) => failures.find(({ type }) => types.includes(type)))
		.find((failure) => failure !== undefined);
}

/** The same of the changed files, if all of the field's are files that one tool reads: `*.tf`. */
export function failureByFiles(
	{ fields, tools }: ToolTable,
	field: string,
	{ changed_files: changed = [] }: Facts,
): Failure | undefined {
	const globs = fields[field]?.files ?? [];
	const own = globs.length === 0 ? [] : changed.filter((path) => matchesGlob(path, globs));
	if (own.length === 0) return undefined;
	const reads = ({ files }: KnownTool) => files.length > 0 && own.every((path) => matchesGlob(path, files));
	return tools.find((tool) => tool.field === field && reads(tool))?.failures[0];
}

function failureByNames(table: ToolTable, field: string, names: readonly string[]): Failure | undefined {
	const failures = table.failures.get(field) ?? [];
	return names.map((name) => failureOfActivity(failures, activityOf(name))).find((failure) => failure !== undefined);
}

/** The field of most changed files, else those that have any. */
function changedFiles({ fields }: ToolTable, paths: readonly string[]): readonly Evidence[] {
	const counted = Object.entries(fields).map(([field, { files, fix }]) => ({
		field,
		fix,
		count: files.length === 0 ? 0 : paths.filter((path) => matchesGlob(path, files)).length,
	}));
	return counted
		.filter(({ count }) => count > 0)
		.toSorted((one, other) => other.count - one.count)
		.map(({ field, fix, count }) => ({
			kind: "changed_files",
			field,
			type: "general",
			fix,
			name: `${count} of ${paths.length} changed files`,
			over: [],
		}));
}

type NameKind = "error_text" | "step_name" | "job_name" | "workflow_name" | "log_text";

function named(table: ToolTable, name: string, kind: NameKind): readonly Evidence[] {
	const meant = table.words.find(name);
	return meant === undefined ? [] : [ofName(table, meant, name, kind)];
}

function ofName(table: ToolTable, meant: Meant, name: string, kind: EvidenceKind): Evidence {
	const known = "tool" in meant ? meant.tool : undefined;
	const field = "tool" in meant ? meant.tool.field : meant.field;
	// A text that mentions a tool says what failed only if it says that this did.
	const isText = kind === "error_text" || kind === "log_text";
	const first =
		known === undefined || (isText && !FAILED.test(name))
			? undefined
			: (failureOfActivity(known.failures, activityOf(name)) ?? known.failures[0]);
	return {
		// A gate is a gate, whatever language the job around it is about.
		kind: field === "security" && !isText && kind !== "workflow_name" ? "security_name" : kind,
		field,
		type: first?.type ?? "general",
		fix: first?.fix ?? table.fields[field]?.fix ?? "",
		...(known !== undefined && { tool: known.name }),
		name,
		over: [],
	};
}
