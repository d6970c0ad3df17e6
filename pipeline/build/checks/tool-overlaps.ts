import type { Artefact, Tool } from "../../artefact.ts";
import { FINDING_KINDS } from "../../grammar/tool-table.ts";
import { LineScanner } from "../../log/line-scanner.ts";
import { type LogPattern, patternKey, writtenKey } from "../../log/log-pattern.ts";
import { compileLogSearch } from "../../log/log-search.ts";
import { printedPattern } from "../../tools/tool-table.ts";
import type { Path } from "../yaml/yaml-source.ts";

/** Something doubtful in the table of tools, and the entry that it is in conflict with. */
export interface ToolProblem {
	readonly path: Path;
	readonly message: string;
	readonly other?: Path;
}

interface Print {
	readonly path: Path;
	readonly tool: string;
	readonly type: string;
	readonly kind: Tool["kind"];
	readonly text: string;
	readonly pattern: LogPattern;
	readonly unless: readonly string[];
	readonly over: readonly string[];
}

/**
 * Entries between which nothing decides: the same pattern twice, a text in which another failure's pattern is always found, a
 * program or a name of two tools, and a failure type in two fields. Where the kind, `over` or `unless` decides between two
 * types, nothing is left to tell apart.
 */
export function toolOverlaps(policy: Pick<Artefact, "tools" | "log_patterns">): readonly ToolProblem[] {
	const { tools } = policy;
	const prints = tools.flatMap(printsOf);
	return [
		...samePatterns(prints),
		...containedTexts(prints, policy),
		...sharedWords(tools, "programs"),
		...sharedWords(tools, "names"),
		...typesInTwoFields(tools),
	];
}

function printsOf({ tool, kind, failures }: Tool, index: number): readonly Print[] {
	return failures.flatMap(({ type, prints, unless, over, kind: own = kind }, failure) =>
		prints.map((text, at) => {
			const path = ["tools", index, "failures", failure, "prints", at];
			return { path, tool, type, kind: own, text, pattern: printedPattern(text), unless, over };
		}),
	);
}

function samePatterns(prints: readonly Print[]): readonly ToolProblem[] {
	return repeated(prints, ({ text }) => text).flatMap(([earlier, print]) => {
		const { path, tool } = print;
		const other = earlier.path;
		if (earlier.tool !== tool) {
			const message = `\`${earlier.tool}\` has the same pattern: nothing tells the two apart. Keep it at one.`;
			return [{ path, message, other }];
		}
		const message = `\`${tool}\` has this pattern already, for \`${earlier.type}\`. Keep it at one.`;
		return decidesByHand(earlier, print) ? [] : [{ path, message, other }];
	});
}

/** A line with the longer text always has the shorter one: whichever is meant, both are found. */
function containedTexts(
	prints: readonly Print[],
	{ log_patterns }: Pick<Artefact, "log_patterns">,
): readonly ToolProblem[] {
	const anywhere = Map.groupBy(
		prints.filter((print) => !dependsOnPlace(print)),
		({ pattern }) => patternKey(pattern),
	);
	const matching = matchesIn(log_patterns.filter((written) => anywhere.has(writtenKey(written))));
	return prints
		.filter(({ pattern }) => pattern.kind === "exact")
		.flatMap((longer) => {
			const within = matching(longer.text)
				.flatMap((key) => anywhere.get(key) ?? [])
				.find((other) => isOther(other, longer) && !decidesByHand(other, longer));
			const message = within && overlapMessage(longer, within);
			return message === undefined ? [] : [{ path: longer.path, message, other: within?.path ?? [] }];
		});
}

function isOther(other: Print, longer: Print): boolean {
	return other.type !== longer.type && other.text !== longer.text;
}

/** What is anchored to a line's ends or to the edge of a word depends on what stands around the text. */
function dependsOnPlace({ pattern }: Print): boolean {
	return pattern.kind === "regex" && /(^|[^\\])(\^|\$)|\\[bB]/.test(pattern.source);
}

/** What each text is found by: the keys of the patterns, in one pass. */
function matchesIn(patterns: Artefact["log_patterns"]): (text: string) => readonly string[] {
	const search = compileLogSearch(patterns);
	const scanner = new LineScanner(search);
	return (text) => {
		scanner.scan(text, 0, text.length);
		return [...scanner.patterns.subarray(0, scanner.found), ...search.unpromptedInErrors]
			.filter((pattern) => search.isTested[pattern] !== 1 || search.test(pattern, text))
			.map((pattern) => search.keys[pattern] as string);
	};
}

/** Undefined where the kinds decide in the longer one's favour. */
function overlapMessage(longer: Print, { text, tool, type, kind }: Print): string | undefined {
	const both = `Every line with this text also matches \`${text}\` of \`${tool}\` (\`${type}\`)`;
	if (kind === longer.kind) return `${both}. Make that pattern say more, or decide with \`over\` or \`unless\`.`;
	const isOutage = longer.kind === "finding" && (kind === "network" || kind === "runner");
	const isStronger = FINDING_KINDS.indexOf(kind) < FINDING_KINDS.indexOf(longer.kind);
	if (!isOutage && (!isStronger || longer.kind !== "wrapper")) return undefined;
	return `${both}, which is \`${kind}\`: this one never decides. Make that pattern say more, or leave this one out.`;
}

/** One type beats the other, or is excluded where the other's pattern is printed. */
function decidesByHand(a: Print, b: Print): boolean {
	return a.over.includes(b.type) || b.over.includes(a.type) || a.unless.includes(b.text) || b.unless.includes(a.text);
}

function sharedWords(tools: readonly Tool[], key: "programs" | "names"): readonly ToolProblem[] {
	const written = tools.flatMap(({ tool, [key]: words = [] }, index) =>
		words.map((word, at) => ({ tool, word, path: ["tools", index, key, at] })),
	);
	return repeated(written, ({ word }) => word.toLowerCase())
		.filter(([first, { tool }]) => first.tool !== tool)
		.map(([first, { word, path }]) => {
			const message = `\`${word}\` is \`${first.tool}\`, too: nothing tells the two apart. Keep it at one.`;
			return { path, message, other: first.path };
		});
}

function typesInTwoFields(tools: readonly Tool[]): readonly ToolProblem[] {
	const written = tools.flatMap(({ field, failures }, index) =>
		failures.map(({ type }, failure) => ({ field, type, path: ["tools", index, "failures", failure, "type"] })),
	);
	return repeated(written, ({ type }) => type)
		.filter(([first, { field }]) => first.field !== field)
		.map(([first, { field, type, path }]) => {
			const message = `\`${type}\` is in the field \`${first.field}\` elsewhere, and here in \`${field}\`. A failure type has one field.`;
			return { path, message, other: first.path };
		});
}

/** Each entry whose key an earlier one has, behind the first that has it. */
function repeated<Entry>(
	entries: readonly Entry[],
	keyOf: (entry: Entry) => string,
): readonly (readonly [Entry, Entry])[] {
	const groups = [...Map.groupBy(entries, keyOf).values()];
	return groups.flatMap(([first, ...later]) =>
		first === undefined ? [] : later.map((entry) => [first, entry] as const),
	);
}
