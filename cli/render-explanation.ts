import {
	type Clause,
	type Decision,
	type RuleVerdict,
	renderIgnored,
	type StageExplanation,
	type Verdict,
} from "../pipeline/index.ts";
import type { Explained } from "./explain.ts";
import type { Colour, Output } from "./output.ts";

type Paint = Pick<Output, "paint">;

/** What every stage said, as a tree for people, one line an element. */
export function renderExplained({ pipeline, reading, decision }: Explained, output: Paint): string[] {
	const head = `pipeline ${pipeline.slice(0, 12)}`;
	if (reading.outcome !== "incident") {
		const verdict =
			reading.outcome === "command"
				? `COMMAND ${reading.command.name} of ${reading.command.author} on pull request #${reading.command.pr_number}: no incident.`
				: `IGNORED: ${renderIgnored(reading.reason)}.`;
		return [
			head,
			...reading.explanation.flatMap((stage) => renderStage(stage, output)),
			"",
			output.paint("yellow", printable(verdict)),
		];
	}
	const stages = [...reading.explanation, ...(decision?.explanation ?? [])];
	return [
		head,
		`incident ${reading.incident.id} (${printable(reading.identity)})`,
		...stages.flatMap((stage) => renderStage(stage, output)),
		"",
		...(decision === undefined ? [] : renderDecision(decision, output)),
	];
}

function renderStage({ stage, round, rules, outcome }: StageExplanation, output: Paint): string[] {
	const name = round === "again" && stage === "filters" ? "filters, again" : stage;
	const title = `${output.paint("bold", name)}: ${printable(outcome)}`;
	return ["", title, ...rules.flatMap((rule) => renderRule(rule, output))];
}

function renderRule({ rule, verdict, clause }: RuleVerdict, output: Paint): string[] {
	const line = `  ${mark(verdict, output)} ${printable(rule)}`;
	return clause === undefined ? [line] : [line, ...renderClause(clause, 2, output)];
}

function renderClause(clause: Clause, depth: number, output: Paint): string[] {
	const indent = "  ".repeat(depth);
	const facts = [
		...Object.entries(clause.values ?? {}).map(([path, value]) => `${path} is ${shown(value)}`),
		...(clause.missing?.length ? [`missing: ${clause.missing.join(", ")}`] : []),
		...(clause.error === undefined ? [] : [clause.error]),
	];
	const line = `${indent}${mark(clause.verdict, output)} ${printable(oneLine(clause.text))}`;
	return [
		line,
		...facts.map((fact) => `${indent}    ${output.paint("dim", printable(fact))}`),
		...(clause.clauses ?? []).flatMap((part) => renderClause(part, depth + 1, output)),
	];
}

function renderDecision(decision: Decision, output: Paint): string[] {
	if (decision.outcome === "filtered") {
		return [output.paint("yellow", `FILTERED: the filter ${decision.filter} refuses it, now that more is known.`)];
	}
	const claims = decision.claims.map(({ name, key, ttl_s }) => `  claim     ${name}: ${printable(key)} for ${ttl_s} s`);
	return [
		output.paint("green", `${decision.agent.toUpperCase()} by the rule ${decision.rule}`),
		`  failure   ${decision.failure_type} (${decision.failure_category})`,
		...claims,
		...Object.entries(decision.coderun.metadata.labels).map(([name, value]) => `  label     ${name}=${value}`),
	];
}

const MARKS = {
	true: ["✓", "green"],
	false: ["✗", "red"],
	unknown: ["?", "yellow"],
} as const satisfies Record<Verdict, readonly [string, Colour]>;

function mark(verdict: Verdict, output: Paint): string {
	const [sign, colour] = MARKS[verdict];
	return output.paint(colour, sign);
}

const LONGEST = 160;

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? "undefined";
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, " ").trim();
}

/** What a payload holds may be meant to steer the terminal, or to turn the direction of writing. */
function printable(text: string): string {
	return text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
