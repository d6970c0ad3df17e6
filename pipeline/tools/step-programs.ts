import type { Facts } from "../expression/facts.ts";
import type { FailedStep, LogReading } from "../log/log-reading.ts";
import type { KnownTool, ToolTable } from "./tool-table.ts";

/** The programs of one failing step. */
export interface StepPrograms {
	/** The index of its log. */
	readonly log: number;
	readonly ran: readonly Program[];
	/** Of these, what the log shows, without the step's title; without a log, the titles. */
	readonly shown: readonly Program[];
	/** Those that the output names as what failed. */
	readonly named: readonly Program[];
}

/** A known tool that a command runs. */
export interface Program {
	readonly tool: KnownTool;
	/** As written. */
	readonly command: string;
	/** Arguments of a program that only runs others are names that people gave: `lint` in `npm run lint`. */
	readonly words: readonly string[];
}

const NOTHING_RUN: FailedStep = { commands: [], failed: [], errors: [], last: [] };

/** What ran in each failing step, in the order of their logs; without a log, in one step what the titles say. */
export function programsRun(table: ToolTable, { log, failed_steps = [] }: Facts): readonly StepPrograms[] {
	const steps = log?.steps ?? [NOTHING_RUN];
	// A step without a name is called after its command. Which log it is of is not known if there are several. Of commands
	// the last counts, of steps that failed the first.
	const titles = steps.length === 1 ? failed_steps.filter(isTitle) : [];
	const titled = titles.map((name) => programsOf(table, name.slice(RUN.length)));
	return steps.map(({ commands, failed }, at) => {
		const written = commands.flatMap((line) => programsOf(table, line));
		const named = failed.flatMap((line) => programsThatFailed(table, line));
		const ran = [...titled.toReversed().flat(), ...written];
		return { log: at, ran, shown: log === undefined ? titled.flat() : written, named };
	});
}

function programsOf(table: ToolTable, line: string): readonly Program[] {
	return table.programs
		.find(line)
		.flatMap(({ command, entries }) => entries.map((tool) => ({ tool, command: line, words: command.slice(1) })));
}

/** What shells themselves do says nothing of the code. */
export const SHELL = new Set([
	"cd",
	"echo",
	"printf",
	"export",
	"set",
	"source",
	"mkdir",
	"cp",
	"mv",
	"rm",
	"cat",
	"ls",
]);

/** Which command of a chain of several fields has failed is not said: `npm install -g yarn && apt-get update`. */
function programsThatFailed(table: ToolTable, line: string): readonly Program[] {
	const commands = table.programs.find(line).filter(({ command: [program = ""] }) => !SHELL.has(program));
	const fields = new Set(commands.map(({ command, entries: [tool] }) => tool?.field ?? command[0]));
	return fields.size > 1 ? [] : programsOf(table, line);
}

/** What people called the failing step, and the scripts and targets that it ran. */
export function stepNames(
	table: ToolTable,
	{ log, failed_steps = [] }: Facts,
	ran: readonly StepPrograms[],
): readonly string[] {
	return [...failed_steps.filter((name) => !isCommand(table, name, log)), ...wrappedNames(ran)];
}

/** The names of scripts and targets that the failing step ran: `lint:rust` of `npm run lint:rust`. */
function wrappedNames(steps: readonly StepPrograms[]): readonly string[] {
	return steps
		.flatMap(({ named, shown }) => [...named, ...shown])
		.filter(({ tool }) => tool.kind === "wrapper")
		.flatMap(({ words }) => words.filter((word) => !NO_NAME.test(word)));
}

/** Options, hidden files and variables: `--config .lint.json SIM=fast`. */
const NO_NAME = /^[-.]|=/;

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
