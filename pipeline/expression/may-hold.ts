import type { AstNode, ParsedExpression } from "./ast.ts";
import { calledName } from "./ast.ts";
import type { ClausePlan } from "./clause-plan.ts";
import type { Scope } from "./facts.ts";
import { compileJudge } from "./judge.ts";

/** What a condition may turn out to be, whatever the fields are that a scope lacks. */
interface Outlook {
	readonly mayHold: boolean;
	readonly mayFail: boolean;
}

/** Whether a condition may be true for some payload that has the `action` of this scope, or lacks it as this scope does. */
export type MayHold = (scope: Scope) => boolean;

/**
 * Compiles a condition to what its clauses on `action`, `$settings` and `$event` alone decide: these are judged as ever, all
 * others may be anything. A payload with that action for which this is false makes the condition false or unknown.
 */
export function compileMayHold(plan: ClausePlan): MayHold {
	const outlook = compile(plan);
	return (scope) => outlook(scope).mayHold;
}

function compile(plan: ClausePlan): (scope: Scope) => Outlook {
	if (plan.kind === "leaf") return compileLeaf(plan);
	const clauses = plan.clauses.map(compile);
	return (scope) =>
		combine(
			plan.kind,
			clauses.map((clause) => clause(scope)),
		);
}

/** An unknown clause is neither: it may make `and` unknown, which does not hold, and `$not` unknown, which does not either. */
function combine(kind: "and" | "or" | "not", clauses: readonly Outlook[]): Outlook {
	const every = (name: keyof Outlook) => clauses.every((clause) => clause[name]);
	const some = (name: keyof Outlook) => clauses.some((clause) => clause[name]);
	switch (kind) {
		case "and":
			return { mayHold: every("mayHold"), mayFail: some("mayFail") };
		case "or":
			return { mayHold: some("mayHold"), mayFail: every("mayFail") };
		case "not":
			return { mayHold: some("mayFail"), mayFail: some("mayHold") };
		default:
			return kind satisfies never;
	}
}

const ANYTHING: Outlook = { mayHold: true, mayFail: true };

function compileLeaf(plan: ClausePlan & { readonly kind: "leaf" }): (scope: Scope) => Outlook {
	if (!isDecided(plan.parsed)) return () => ANYTHING;
	const judge = compileJudge(plan);
	return (scope) => {
		const clause = judge(scope);
		// A promise: jsonata itself is needed, and nobody waits here. An error: as part of others it may be cast to true.
		if (clause instanceof Promise || clause.error !== undefined) return ANYTHING;
		return { mayHold: clause.verdict === "true", mayFail: clause.verdict === "false" };
	};
}

const COMPARISONS: ReadonlySet<unknown> = new Set(["=", "!=", "in"]);

/** Whether `action`, settings and literals alone decide it. */
function isDecided({ ast }: ParsedExpression): boolean {
	if (!isPlain(ast)) return false;
	if (ast.type === "binary") return COMPARISONS.has(ast.value) && isGiven(ast.lhs) && isGiven(ast.rhs);
	if (calledName(ast) === "exists") return (ast.arguments ?? []).length === 1 && isGiven(ast.arguments?.[0]);
	return isSetting(ast);
}

function isGiven(node: AstNode | undefined): boolean {
	if (node === undefined || !isPlain(node)) return false;
	if (node.type === "string" || node.type === "number" || node.type === "value") return true;
	if (node.type === "unary" && node.value === "[") return (node.expressions ?? []).every(isGiven);
	return isAction(node) || isSetting(node) || isEvent(node);
}

function isAction({ type, steps = [] }: AstNode): boolean {
	const [only, ...others] = steps;
	return type === "path" && others.length === 0 && only?.type === "name" && only.value === "action" && isPlain(only);
}

function isEvent({ type, value }: AstNode): boolean {
	return type === "variable" && value === "event";
}

/** `$settings.watch.branches[0]`: names, and numbers in brackets. */
function isSetting({ type, steps = [] }: AstNode): boolean {
	const [first, ...others] = steps;
	if (type !== "path" || first?.type !== "variable" || first.value !== "settings" || !isPlain(first)) return false;
	return others.every(
		(step) => step.type === "name" && isPlain({ ...step, stages: [] }) && (step.stages ?? []).every(isIndex),
	);
}

function isIndex({ type, expr }: AstNode): boolean {
	return type === "filter" && expr?.type === "number";
}

const PLAIN = new Set("type value position steps expressions arguments procedure lhs rhs name".split(" "));

/** Without predicates, groups and the like. */
function isPlain(node: AstNode): boolean {
	return Object.entries(node).every(
		([name, value]) =>
			value === undefined || PLAIN.has(name) || (name === "stages" && (value as unknown[]).length === 0),
	);
}
