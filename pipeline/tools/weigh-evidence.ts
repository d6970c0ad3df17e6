import { EVIDENCE, type EvidenceKind, isWeak } from "../evidence-kinds.ts";
import type { Facts } from "../expression/facts.ts";
import { matchesGlob } from "../expression/glob.ts";
import type { ErrorLine, FailedStep, LogReading } from "../log/log-reading.ts";
import { activityOf, failureOfActivity } from "./activities.ts";
import type { Failure, FieldSource, KnownTool, Meant, ToolTable } from "./tool-table.ts";

/** One piece of evidence, and what it says has failed. */
export interface Evidence {
	readonly kind: EvidenceKind;
	readonly field: string;
	readonly type: string;
	readonly fix: string;
	readonly tool?: string;
	/** The key of the pattern that was found. */
	readonly pattern?: string;
	/** The line near the error that it was found in. */
	readonly line?: ErrorLine;
	/** The failing step's command. */
	readonly command?: string;
	/** `src/main.rs:12`, named by that line or one near it. */
	readonly place?: string;
	/** The name, or other text, that it was found in. */
	readonly name?: string;
	readonly over: readonly string[];
}

/** All evidence that the facts have, strongest first. Among equals, the last line of the first log that failed counts. */
export function weighEvidence(table: ToolTable, facts: Facts): readonly Evidence[] {
	const ran = programsRun(table, facts);
	const found = facts.log === undefined ? [] : findings(table, facts.log, ran);
	const all = [
		...found,
		...ran.flatMap((step) => programEvidence(step, found)),
		...(facts.log === undefined ? [] : namedFiles(table, facts.log)),
		...names(table, facts, ran),
	];
	const isBeaten = new Set(all.filter((one) => all.some((other) => beats(other, one))));
	return all.toSorted(
		(one, other) =>
			Number(saysNothing(one)) - Number(saysNothing(other)) ||
			EVIDENCE.indexOf(one.kind) - EVIDENCE.indexOf(other.kind) ||
			Number(isBeaten.has(one)) - Number(isBeaten.has(other)) ||
			byPlace(one, other),
	);
}

/** `make` ran, or a step is called `pre-commit`: any other name says more. */
function saysNothing({ kind, field }: Evidence): boolean {
	return field === "general" && isWeak(kind);
}

function beats({ kind, over }: Evidence, other: Evidence): boolean {
	return kind === other.kind && over.includes(other.type);
}

function byPlace({ line }: Evidence, { line: otherLine }: Evidence): number {
	if (line === undefined || otherLine === undefined) return 0;
	return line.log - otherLine.log || otherLine.line - line.line;
}

/** The programs of one failing step. */
interface StepPrograms {
	/** The index of its log. */
	readonly log: number;
	readonly ran: readonly Program[];
	/** Of these, what the log shows, without the step's title; without a log, the titles. */
	readonly shown: readonly Program[];
	/** Those that the output names as what failed. */
	readonly named: readonly Program[];
}

interface Program {
	readonly tool: KnownTool;
	/** As written. */
	readonly command: string;
	/** Arguments of a program that only runs others are names that people gave: `lint` in `npm run lint`. */
	readonly words: readonly string[];
}

const NOTHING_RUN: FailedStep = { commands: [], failed: [], errors: [], last: [] };

function programsRun(table: ToolTable, { log, failed_steps = [] }: Facts): readonly StepPrograms[] {
	const steps = log?.steps ?? [NOTHING_RUN];
	// A step without a name is called after its command. Which log it is of is not known if there are several. Of commands
	// the last counts, of steps that failed the first.
	const titles = steps.length === 1 ? failed_steps.filter(isTitle) : [];
	const titled = titles.map((name) => programsOf(table, name.slice(RUN.length)));
	return steps.map(({ commands, failed }, at) => {
		const written = commands.flatMap((line) => programsOf(table, line));
		const named = failed.flatMap((line) => programsOf(table, line));
		const ran = [...titled.toReversed().flat(), ...written];
		return { log: at, ran, shown: log === undefined ? titled.flat() : written, named };
	});
}

function programsOf(table: ToolTable, line: string): readonly Program[] {
	return table.programs
		.find(line)
		.flatMap(({ command, entries }) => entries.map((tool) => ({ tool, command: line, words: command.slice(1) })));
}

function findings(table: ToolTable, log: LogReading, steps: readonly StepPrograms[]): readonly Evidence[] {
	const outages = outageLines(table, log);
	const found = table.tools.flatMap((tool) =>
		tool.failures.flatMap((failure) => findingOf(log, tool, failure, outages)),
	);
	return found.map((finding) => {
		const { tool, evidence } = finding;
		const command = commandOf(tool, evidence.line, steps, log);
		const place = placeNear(table, tool.field, evidence.line, log);
		return {
			...evidence,
			kind: kindOf(finding, found, steps),
			...(command !== undefined && { command }),
			...(place !== undefined && { place }),
		};
	});
}

/** The command that ran the tool; if none is known to, the step's only one. */
function commandOf(
	tool: KnownTool,
	line: ErrorLine | undefined,
	steps: readonly StepPrograms[],
	log: LogReading,
): string | undefined {
	const step = steps.find((one) => one.log === line?.log);
	const ran = [...(step?.named ?? []), ...(step?.ran ?? [])].find((program) => program.tool === tool);
	if (ran !== undefined) return ran.command;
	const [only, ...others] = log.steps?.[line?.log ?? 0]?.commands ?? [];
	return others.length === 0 ? only : undefined;
}

/** A message and its place may be this many lines apart. */
const NEAR = 10;

function placeNear(
	{ sources }: ToolTable,
	field: string,
	line: ErrorLine | undefined,
	log: LogReading,
): string | undefined {
	const source = sources.find((one) => one.field === field);
	if (source === undefined || line === undefined) return undefined;
	const own = placeIn(source, line.text);
	if (own !== undefined) return own;
	const other = log.patterns[source.pattern]?.error;
	const isNear = other?.log === line.log && Math.abs(other.line - line.line) <= NEAR;
	return isNear ? placeIn(source, other.text) : undefined;
}

function placeIn({ place }: FieldSource, text: string): string | undefined {
	const [, path, number] = place.exec(text) ?? [];
	return path === undefined ? undefined : `${path}:${number}`;
}

interface Finding {
	readonly tool: KnownTool;
	readonly failure: Failure;
	readonly evidence: Omit<Evidence, "kind">;
}

/**
 * The lines that tell of the network or the runner. Where one tells of a finding, too, that is what the outage broke, and no
 * finding: `main.go:3:8: reading https://proxy.golang.org/...: 502 Bad Gateway`.
 */
function outageLines({ tools }: ToolTable, log: LogReading): ReadonlySet<string> {
	return new Set(
		tools
			.flatMap(({ failures }) => failures)
			.filter(({ kind }) => kind === "network" || kind === "runner")
			.flatMap(({ prints }) => prints.filter((key) => isNearError(log, key)))
			.map((key) => lineKey(lineOf(log, key))),
	);
}

function lineKey({ log, line }: ErrorLine): string {
	return `${log}:${line}`;
}

function findingOf(
	log: LogReading,
	tool: KnownTool,
	failure: Failure,
	outages: ReadonlySet<string>,
): readonly Finding[] {
	if (failure.unless.some((key) => isNearError(log, key))) return [];
	const lines = failure.prints
		.filter((key) => isNearError(log, key))
		.map((pattern) => ({ pattern, line: lineOf(log, pattern) }))
		.filter(({ line }) => failure.kind !== "finding" || !outages.has(lineKey(line)));
	if (lines.length === 0) return [];
	const [last] = lines.toSorted((one, other) => one.line.log - other.line.log || other.line.line - one.line.line);
	const { type, fix, over } = failure;
	const evidence = { field: tool.field, type, fix, over, tool: tool.name, ...last };
	return [{ tool, failure, evidence }];
}

function isNearError(log: LogReading, key: string): boolean {
	return Object.hasOwn(log.patterns, key) && (log.patterns[key]?.errors ?? 0) > 0;
}

function lineOf({ patterns }: LogReading, key: string): ErrorLine {
	const fact = patterns[key];
	return fact?.error ?? { log: 0, line: fact?.last ?? 0, text: "" };
}

function kindOf(
	{ tool, failure, evidence }: Finding,
	all: readonly Finding[],
	steps: readonly StepPrograms[],
): EvidenceKind {
	const { kind } = failure;
	// `make: *** Error 1` tells nothing.
	if (kind === "wrapper" && tool.field === "general") return "wrapping_program";
	if (kind === "network" || kind === "runner" || kind === "wrapper") return kind;
	const step = steps.find(({ log }) => log === evidence.line?.log);
	const nearness = nearnessOf(tool, step);
	if (kind === "security") {
		// A test of a scanner prints findings: the program that ran knows better.
		const isOthers = nearness !== "own_finding" && all.some((other) => isOwnFinding(other, step));
		return isOthers ? "finding" : "security_finding";
	}
	return nearness;
}

function isOwnFinding({ tool, failure }: Finding, step: StepPrograms | undefined): boolean {
	return failure.kind === "finding" && nearnessOf(tool, step) === "own_finding";
}

function nearnessOf(tool: KnownTool, step: StepPrograms | undefined): "own_finding" | "near_finding" | "finding" {
	const programs = step === undefined ? [] : [...step.ran, ...step.named];
	if (programs.some((program) => program.tool === tool)) return "own_finding";
	return programs.some((program) => program.tool.field === tool.field) ? "near_finding" : "finding";
}

/** What ran last is what failed, unless the output names it. */
function programEvidence({ ran, named }: StepPrograms, found: readonly Evidence[]): readonly Evidence[] {
	return [
		...named.toReversed().map((program) => ofProgram(program, "named_program", found)),
		...ran.toReversed().map((program) => ofProgram(program, "program", found)),
	];
}

/** Of the ways in which the program may fail, the one that it printed; else the first. */
function ofProgram(
	{ tool, command }: Program,
	kind: "named_program" | "program",
	found: readonly Evidence[],
): Evidence {
	const own = found.filter((one) => one.tool === tool.name);
	const printed = own.find((one) => !own.some((other) => beats(other, one)));
	const { type, fix } = printed ?? tool.failures[0];
	const isWrapping = tool.kind === "wrapper";
	return {
		kind: isWrapping ? "wrapping_program" : kind,
		field: tool.field,
		type,
		fix,
		tool: tool.name,
		command,
		over: [],
	};
}

/** Source files that a line near the error names with a line number. The field with the longer pattern knows it better. */
function namedFiles({ sources }: ToolTable, log: LogReading): readonly Evidence[] {
	return sources
		.filter(({ pattern }) => isNearError(log, pattern))
		.toSorted((one, other) => other.pattern.length - one.pattern.length)
		.map((source) => ofFile(source, log));
}

function ofFile(source: FieldSource, log: LogReading): Evidence {
	const { field, type, fix, pattern } = source;
	const line = lineOf(log, pattern);
	const place = placeIn(source, line.text);
	return { kind: "file", field, type, fix, pattern, line, ...(place !== undefined && { place }), over: [] };
}

function names(table: ToolTable, facts: Facts, ran: readonly StepPrograms[]): readonly Evidence[] {
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

/** What the names of the failing step say about how this field failed: `rust_test` of a step called `Unit tests`. */
export function failureByStep(table: ToolTable, field: string, facts: Facts): Failure | undefined {
	return failureByNames(table, field, stepNames(table, facts, programsRun(table, facts)));
}

/** The same of the names of its job and workflow. */
export function failureByJob(table: ToolTable, field: string, { jobs = [], workflow }: Facts): Failure | undefined {
	return failureByNames(table, field, workflow?.name === undefined ? jobs : [...jobs, workflow.name]);
}

function failureByNames(table: ToolTable, field: string, names: readonly string[]): Failure | undefined {
	const failures = table.failures.get(field) ?? [];
	return names.map((name) => failureOfActivity(failures, activityOf(name))).find((failure) => failure !== undefined);
}

/** What people called the failing step, and the scripts and targets that it ran. */
function stepNames(
	table: ToolTable,
	{ log, failed_steps = [] }: Facts,
	ran: readonly StepPrograms[],
): readonly string[] {
	return [...failed_steps.filter((name) => !isCommand(table, name, log)), ...wrappedNames(ran)];
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

const RUN = "Run ";

/** A step without a name is called after its script's first line; but people, too, write `Run the playbook`. */
function isTitle(name: string): boolean {
	return name.startsWith(RUN);
}

/** Whether the step's name is its command: arguments are no names. */
function isCommand(table: ToolTable, name: string, log: LogReading | undefined): boolean {
	if (!isTitle(name)) return false;
	const title = name.slice(RUN.length);
	if (ACTION.test(title)) return false;
	const commands = log?.steps?.flatMap((step) => step.commands) ?? [];
	if (commands.length > 0) return commands.some((command) => command.startsWith(title.slice(0, SHORTEST_TITLE)));
	return COMMAND_SIGNS.test(title) || programsOf(table, title).length > 0;
}

/** `docker/build-push-action@v6`: what a step without a name uses. */
const ACTION = /^[\w.-]+\/[\w./-]+@[\w./-]+$/;
/** Titles are cut where a script's first line is long. */
const SHORTEST_TITLE = 40;
/** Options, paths and what a shell reads. */
const COMMAND_SIGNS = /(^| )-|^[./~]|[$|;&<>=`"\\]/;

const FAILS = /fail|error|denied|conflict|vulnerab/i;
/** `Clippy found 3 errors`, but not `Clippy found 0 errors`. */
const FAILED =
	/\b[1-9]\d* (?:errors?|warnings?|lints?|problems?|issues?|files?|diffs?|tests?)\b|\bfail(?:s|ed|ure|ing)?\b/i;

/** The names of scripts and targets that the failing step ran: `lint:rust` of `npm run lint:rust`. */
function wrappedNames(steps: readonly StepPrograms[]): readonly string[] {
	return steps
		.flatMap(({ named, shown }) => [...named, ...shown])
		.filter(({ tool }) => tool.kind === "wrapper")
		.flatMap(({ words }) => words.filter((word) => !word.startsWith("-")));
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
