import { EVIDENCE, type EvidenceKind, isWeak } from "../evidence-kinds.ts";
import type { Facts } from "../expression/facts.ts";
import type { ErrorLine, LogReading } from "../log/log-reading.ts";
import { activityOfCommand, failureOfActivity } from "./activities.ts";
import type { Evidence } from "./evidence.ts";
import { nameEvidence } from "./name-evidence.ts";
import { type Program, programsRun, type StepPrograms } from "./step-programs.ts";
import {
	type Failure,
	type FieldSource,
	type KnownTool,
	printedKey,
	printedText,
	type ToolTable,
} from "./tool-table.ts";

/** All evidence that the facts have, strongest first. Among equals, the last line of the first log that failed counts. */
export function weighEvidence(table: ToolTable, facts: Facts): readonly Evidence[] {
	const ran = programsRun(table, facts);
	const found = facts.log === undefined ? [] : findings(table, facts.log, ran);
	const all = [
		...found,
		...ran.flatMap((step) => programEvidence(table, step, found)),
		...(facts.log === undefined ? [] : namedFiles(table, facts.log)),
		...nameEvidence(table, facts, ran),
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

function findings(table: ToolTable, log: LogReading, steps: readonly StepPrograms[]): readonly Evidence[] {
	const printed = printedNearErrors(log);
	const isBroken = brokenLines(table, log, printed);
	const found = table.tools.flatMap((tool) =>
		tool.failures.flatMap((failure) => findingOf(log, { tool, failure }, printed, isBroken)),
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
 * Whether an outage broke what a line tells of. So it is where the line itself tells of the network or the runner
 * (`main.go:3:8: reading https://proxy.golang.org/...: 502 Bad Gateway`), and from where a disk was full.
 */
function brokenLines(
	{ tools }: ToolTable,
	log: LogReading,
	printed: ReadonlySet<string>,
): (line: ErrorLine) => boolean {
	const outages = tools
		.flatMap(({ failures }) => failures)
		.filter(({ kind }) => kind === "network" || kind === "runner")
		.flatMap(({ prints, breaksRest }) =>
			prints.filter((text) => printed.has(text)).map((text) => ({ text, breaksRest })),
		)
		.map(({ text, breaksRest }) => {
			const key = printedKey(text);
			return { key, breaksRest, line: lineOf(log, key) };
		});
	const own = new Set(outages.map(({ line }) => lineKey(line)));
	const ends = outages
		.filter(({ breaksRest }) => breaksRest)
		.map(({ key, line }) => ({ log: line.log, line: firstNear(log, key, line) }));
	return (line) =>
		own.has(lineKey(line)) || ends.some((one) => one.log === line.log && one.line - HEADLINE <= line.line);
}

/** `Failed to compile.` may stand this many lines above its cause. */
const HEADLINE = 5;
/** What is printed again and again may have begun this many lines before. */
const REPEATED = 40;

function firstNear({ patterns }: LogReading, key: string, { line }: ErrorLine): number {
	const first = patterns[key]?.first ?? line;
	return line - first <= REPEATED ? first : line;
}

function lineKey({ log, line }: ErrorLine): string {
	return `${log}:${line}`;
}

/** What the table of tools has of the patterns that lines near the errors match. */
function printedNearErrors({ patterns }: LogReading): ReadonlySet<string> {
	const texts = Object.entries(patterns).flatMap(([key, { errors }]) => (errors > 0 ? [printedText(key)] : []));
	return new Set(texts.filter((text) => text !== undefined));
}

function findingOf(
	log: LogReading,
	{ tool, failure }: Pick<Finding, "tool" | "failure">,
	printed: ReadonlySet<string>,
	isBroken: (line: ErrorLine) => boolean,
): readonly Finding[] {
	const own = failure.prints.filter((text) => printed.has(text));
	if (own.length === 0 || failure.unless.some((text) => printed.has(text))) return [];
	const lines = own
		.map(printedKey)
		.map((pattern) => ({ pattern, line: lineOf(log, pattern) }))
		.filter(({ line }) => failure.kind !== "finding" || !isBroken(line));
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
function programEvidence(
	table: ToolTable,
	{ ran, named }: StepPrograms,
	found: readonly Evidence[],
): readonly Evidence[] {
	return [
		...named.toReversed().map((program) => ofProgram(table, program, "named_program", found)),
		...ran.toReversed().map((program) => ofProgram(table, program, "program", found)),
	];
}

/** Of the ways in which the program may fail, the one that it printed; else what its command does; else the first. */
function ofProgram(
	table: ToolTable,
	program: Program,
	kind: "named_program" | "program",
	found: readonly Evidence[],
): Evidence {
	const { tool, command } = program;
	const own = found.filter((one) => one.tool === tool.name);
	const printed = own.find((one) => !own.some((other) => beats(other, one)));
	const { type, fix } = printed ?? failureByCommand(table, program) ?? tool.failures[0];
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

/**
 * How the tool fails at what its command does: `rebar3 eunit` at tests. If it has no such failure, its field may:
 * `cargo tomlfmt` at formatting. To scan and to audit is one thing to a scanner.
 */
function failureByCommand({ failures }: ToolTable, { tool, words }: Program): Failure | undefined {
	if (tool.kind === "security") return undefined;
	const ends = activityOfCommand(words);
	const own = failureOfActivity(tool.failures, ends);
	if (own !== undefined) return own;
	const named = ends.map((end) => `${tool.field}${end}`);
	return failures.get(tool.field)?.find(({ type }) => named.includes(type));
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
