import type { Clause, Verdict } from "../explanation.ts";
import type { ClausePlan } from "./clause-plan.ts";
import { compileEvaluation, type Evaluation } from "./evaluation.ts";
import type { Scope } from "./facts.ts";
import { liveProbes, type ProbePlan, probesOf } from "./probes.ts";
import { isCallable } from "./read-path.ts";
import { shownSetting, shownValue } from "./shown-value.ts";

/** Returns a condition's verdict with everything that decided it. Never throws, never rejects. */
export type Judge = (scope: Scope) => Clause | Promise<Clause>;

/**
 * Compiles a condition to three verdicts, by Kleene's logic over the clauses. Clauses that can no longer change the
 * verdict are skipped. Without unknowns, the verdict equals jsonata's: inside `and`, `or` and `$not`, other values than
 * true and false are cast as jsonata casts them. As the whole result they are false, with an error.
 */
export function compileJudge(plan: ClausePlan): Judge {
	return compile(plan, false, "why");
}

/** Compiles a condition to the same verdicts without what decided them, which takes half the time. */
export function compileVerdict(plan: ClausePlan): (scope: Scope) => Verdict | Promise<Verdict> {
	const judge = compile(plan, false, "alone");
	return (scope) => {
		const clause = judge(scope);
		return clause instanceof Promise ? clause.then(({ verdict }) => verdict) : clause.verdict;
	};
}

/** Whether a verdict comes with the values and clauses that decided it. */
type Detail = "why" | "alone";

function compile(plan: ClausePlan, isOperand: boolean, detail: Detail): Judge {
	return plan.kind === "leaf" ? leafJudge(plan, isOperand, detail) : combine(plan, detail);
}

function combine(plan: Exclude<ClausePlan, { kind: "leaf" }>, detail: Detail): Judge {
	const judges = plan.clauses.map((clause) => compile(clause, true, detail));
	const { kind } = plan;
	const text = shownText(plan.text);
	const decisive: Verdict = kind === "or" ? "true" : "false";
	const conclude = (clauses: readonly Clause[]): Clause => {
		const verdict = combined(kind, clauses);
		return detail === "alone" ? { text, verdict } : { text, verdict, clauses };
	};

	return (scope) => {
		const looked: Clause[] = [];
		for (const [at, judge] of judges.entries()) {
			const clause = judge(scope);
			if (clause instanceof Promise) return finish(clause, at + 1, looked, scope);
			looked.push(clause);
			if (kind !== "not" && clause.verdict === decisive) break;
		}
		return conclude(looked);
	};

	async function finish(pending: Promise<Clause>, next: number, looked: Clause[], scope: Scope): Promise<Clause> {
		looked.push(await pending);
		for (const judge of judges.slice(next)) {
			if (looked.at(-1)?.verdict === decisive) break;
			looked.push(await judge(scope));
		}
		return conclude(looked);
	}
}

function combined(kind: "and" | "or" | "not", clauses: readonly Clause[]): Verdict {
	const has = (verdict: Verdict) => clauses.some((clause) => clause.verdict === verdict);
	switch (kind) {
		case "and":
			return has("false") ? "false" : has("unknown") ? "unknown" : "true";
		case "or":
			return has("true") ? "true" : has("unknown") ? "unknown" : "false";
		case "not":
			return has("unknown") ? "unknown" : has("true") ? "false" : "true";
		default:
			return kind satisfies never;
	}
}

function leafJudge(plan: Extract<ClausePlan, { kind: "leaf" }>, isOperand: boolean, detail: Detail): Judge {
	const { parsed } = plan;
	const text = shownText(parsed.text);
	const evaluate = compileEvaluation(parsed);
	const probes = probesOf(parsed.ast);
	const conclude = (evaluation: Evaluation, scope: Scope): Clause => {
		if (detail === "alone")
			return { text, verdict: verdictOf(evaluation, missingIn(probes, scope), isOperand).verdict };
		const { values, missing } = readProbes(probes, scope);
		return { text, ...verdictOf(evaluation, missing, isOperand), ...values, ...missingOf(missing) };
	};
	return (scope) => {
		const evaluation = evaluate(scope);
		if (evaluation instanceof Promise) return evaluation.then((later) => conclude(later, scope));
		return conclude(evaluation, scope);
	};
}

function verdictOf(
	evaluation: Evaluation,
	missing: readonly string[],
	isOperand: boolean,
): { verdict: Verdict; error?: string } {
	if (!evaluation.ok) return { verdict: "unknown", error: evaluation.error };
	const { value } = evaluation;
	if (value === true) return { verdict: "true" };
	if (value === undefined)
		return missing.length > 0 ? { verdict: "unknown" } : { verdict: "unknown", error: "it returns nothing" };
	if (isOperand && isTrue(value)) return { verdict: "true" };
	if (missing.length > 0) return { verdict: "unknown" };
	if (value === false || isOperand) return { verdict: "false" };
	return { verdict: "false", error: `it returns ${kindOf(value)}, neither true nor false` };
}

/** jsonata's `$boolean` of its own result. */
function isTrue(value: unknown): boolean {
	if (Array.isArray(value)) return value.some(isTrue);
	if (typeof value === "object" && value !== null) return !isCallable(value) && Object.keys(value).length > 0;
	return typeof value !== "function" && Boolean(value);
}

function kindOf(value: unknown): string {
	if (value === null) return "null";
	if (Array.isArray(value)) return "a list";
	switch (typeof value) {
		case "string":
			return "a text";
		case "number":
			return "a number";
		case "function":
			return "a function";
		default:
			return "an object";
	}
}

function missingIn(plans: readonly ProbePlan[], scope: Scope): string[] {
	return liveProbes(plans, scope).flatMap((probe) => (probe.read(scope) === undefined ? probe.missing : []));
}

function readProbes(plans: readonly ProbePlan[], scope: Scope): { values: Pick<Clause, "values">; missing: string[] } {
	const values: Record<string, unknown> = {};
	const missing: string[] = [];
	for (const probe of liveProbes(plans, scope)) {
		const value = probe.read(scope);
		if (value === undefined && !missing.includes(probe.missing)) missing.push(probe.missing);
		const shown = probe.show === undefined || value === undefined ? value : probe.show(scope);
		if (shown !== undefined && (shown !== null || !probe.label.startsWith("$")))
			values[probe.label] = probe.isSetting ? shownSetting(shown) : shownValue(shown);
	}
	return { values: Object.keys(values).length > 0 ? { values } : {}, missing };
}

/** Every incident stores its explanation, so a long list of patterns is cut to its beginning. */
function shownText(text: string): string {
	return text.length > MAX_CLAUSE_TEXT ? `${text.slice(0, MAX_CLAUSE_TEXT)}…` : text;
}

const MAX_CLAUSE_TEXT = 240;

function missingOf(missing: readonly string[]): Pick<Clause, "missing"> {
	return missing.length > 0 ? { missing } : {};
}
