import type { Clause, RuleVerdict, StageExplanation, Verdict } from "./explanation.ts";

/** Text emphasis, where the output supports it. */
export type Emphasis = "red" | "green" | "yellow" | "dim" | "bold";
export type Paint = (emphasis: Emphasis, text: string) => string;

/**
 * The stages' explanations as a tree for people, one line per element: each evaluated rule with its verdict, the values
 * that decided and the missing paths.
 */
export function renderStages(stages: readonly StageExplanation[], paint: Paint = (_, text) => text): string[] {
	return stages.flatMap((stage) => renderStage(stage, paint));
}

function renderStage(stage: StageExplanation, paint: Paint): string[] {
	return ["", renderStageLine(stage, paint), ...stage.rules.flatMap((rule) => renderRule(rule, paint))];
}

/** One stage and what came of it, in one line. */
export function renderStageLine({ stage, round, outcome }: StageExplanation, paint: Paint): string {
	const name = round === "again" && stage === "filters" ? "filters, again" : stage;
	return `${paint("bold", name)}: ${printable(outcome)}`;
}

function renderRule({ rule, verdict, clause }: RuleVerdict, paint: Paint): string[] {
	const line = `  ${mark(verdict, paint)} ${printable(rule)}`;
	return clause === undefined ? [line] : [line, ...renderClause(clause, 2, paint)];
}

function renderClause(clause: Clause, depth: number, paint: Paint): string[] {
	const indent = "  ".repeat(depth);
	const facts = [
		...Object.entries(clause.values ?? {}).map(([path, value]) => `${path} is ${shown(value)}`),
		...(clause.missing?.length ? [`missing: ${clause.missing.join(", ")}`] : []),
		...(clause.error === undefined ? [] : [clause.error]),
	];
	const line = `${indent}${mark(clause.verdict, paint)} ${printable(oneLine(clause.text))}`;
	return [
		line,
		...facts.map((fact) => `${indent}    ${paint("dim", printable(fact))}`),
		...(clause.clauses ?? []).flatMap((part) => renderClause(part, depth + 1, paint)),
	];
}

const MARKS = {
	true: ["✓", "green"],
	false: ["✗", "red"],
	unknown: ["?", "yellow"],
} as const satisfies Record<Verdict, readonly [string, Emphasis]>;

function mark(verdict: Verdict, paint: Paint): string {
	const [sign, colour] = MARKS[verdict];
	return paint(colour, sign);
}

const LONGEST = 160;

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? "undefined";
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, " ").trim();
}

/** Replaces characters that could steer the terminal or change the writing direction. */
export function printable(text: string): string {
	return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
