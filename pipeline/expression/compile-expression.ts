import type { Verdict } from "../explanation.ts";
import { type ParsedExpression, parseExpression } from "./ast.ts";
import { planClauses } from "./clause-plan.ts";
import { compileEvaluation, type Evaluate } from "./evaluation.ts";
import type { Scope } from "./facts.ts";
import { compileJudge, compileVerdict, type Judge } from "./judge.ts";
import { compileMayHold, type MayHold } from "./may-hold.ts";
import { liveProbes, probesOf } from "./probes.ts";

/** An expression that can be evaluated many times, also concurrently. */
export interface CompiledExpression {
	readonly text: string;
	/** The value, synchronously; a promise when jsonata is needed. */
	readonly evaluate: Evaluate;
	/** The paths and facts that the expression needs and the scope lacks. */
	readonly missing: (scope: Scope) => readonly string[];
}

/** A condition that can be judged many times, also concurrently. */
export interface CompiledCondition {
	readonly text: string;
	/** True, false or unknown, and why: synchronously, or a promise when jsonata is needed. */
	readonly judge: Judge;
	/** The verdict of `judge` alone. */
	readonly verdict: (scope: Scope) => Verdict | Promise<Verdict>;
	/** Whether it may be true for any payload with the scope's `action`. */
	readonly mayHold: MayHold;
}

/**
 * Compiles on first use: a pipeline has hundreds of expressions, and a worker that starts for one delivery needs few of
 * them. The build has parsed every expression, so a text that does not parse throws: the artefact is corrupt.
 */
export function compileExpression(text: string): CompiledExpression {
	const parsed = once(() => parseBuilt(text));
	const evaluate = once(() => compileEvaluation(parsed()));
	const probes = once(() => probesOf(parsed().ast));
	return {
		text,
		evaluate: (scope) => evaluate()(scope),
		missing: (scope) => {
			const missing = new Set<string>();
			for (const probe of liveProbes(probes(), scope)) if (probe.read(scope) === undefined) missing.add(probe.missing);
			return [...missing];
		},
	};
}

/** Compiles on first use, like `compileExpression`. */
export function compileCondition(text: string): CompiledCondition {
	const plan = once(() => planClauses(parseBuilt(text)));
	const judge = once(() => compileJudge(plan()));
	const verdict = once(() => compileVerdict(plan()));
	const mayHold = once(() => compileMayHold(plan()));
	return {
		text,
		judge: (scope) => judge()(scope),
		verdict: (scope) => verdict()(scope),
		mayHold: (scope) => mayHold()(scope),
	};
}

function parseBuilt(text: string): ParsedExpression {
	const parsing = parseExpression(text);
	if (!parsing.ok) throw new Error(`expression \`${text}\` does not parse: ${parsing.diagnostic.message}`);
	return parsing.parsed;
}

function once<T extends object>(make: () => T): () => T {
	let made: T | undefined;
	return () => {
		made ??= make();
		return made;
	};
}
