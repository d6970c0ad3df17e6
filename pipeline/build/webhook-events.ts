import { parseExpression } from "../expression/ast.ts";
import { type ClausePlan, planClauses } from "../expression/clause-plan.ts";
import { compileCondition } from "../expression/compile-expression.ts";
import { GITHUB_EVENTS } from "../github-events.ts";
import { inspectExpression } from "./checks/inspect-expression.ts";

interface Entry {
	readonly on: string;
	readonly when?: string | undefined;
}

/**
 * The webhook events that GitHub must send for these entries. Excludes internal events, and entries that the settings
 * alone disable for any payload.
 */
export function webhookEvents(entries: readonly Entry[], settings: unknown): readonly string[] {
	const on = entries
		.filter(({ when }) => when === undefined || !isSwitchedOff(when, settings))
		.map((entry) => entry.on);
	return [...new Set(on)].filter((event) => GITHUB_EVENTS.includes(event)).toSorted();
}

/** Whether a condition joined by `and` depends only on settings, and is false. */
function isSwitchedOff(when: string, settings: unknown): boolean {
	const parsing = parseExpression(when);
	if (!parsing.ok) return false;
	const plan = planClauses(parsing.parsed);
	const clauses = plan.kind === "and" ? plan.clauses : [plan];
	return clauses.map(textOf).some((text) => readsSettingsOnly(text) && isFalse(text, settings));
}

function textOf(plan: ClausePlan): string {
	return plan.kind === "leaf" ? plan.parsed.text : plan.text;
}

function readsSettingsOnly(text: string): boolean {
	const inspected = inspectExpression(text);
	if (!inspected.ok) return false;
	const { paths, guarded, variables } = inspected.inspection;
	return (
		variables.every(({ name }) => name === "settings") &&
		[...paths, ...guarded].every(({ variable }) => variable === "settings")
	);
}

function isFalse(text: string, settings: unknown): boolean {
	const clause = compileCondition(text).judge({ input: {}, variables: { settings }, facts: {} });
	// Only jsonata can evaluate this clause: the entry counts as enabled.
	return !(clause instanceof Promise) && clause.verdict === "false";
}
