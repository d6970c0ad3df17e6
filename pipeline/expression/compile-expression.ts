import { type ParsedExpression, parseExpression } from "./ast.ts";
import { planClauses } from "./clause-plan.ts";
import { compileEvaluation, type Evaluate } from "./evaluation.ts";
import type { Scope } from "./facts.ts";
import { compileJudge, type Judge } from "./judge.ts";
import { liveProbes, probesOf } from "./probes.ts";

/** An expression made ready to be evaluated any number of times, also at once. */
export interface CompiledExpression {
	readonly text: string;
	/** Its value: at once, or by a promise when jsonata is needed. */
	readonly evaluate: Evaluate;
	/** The paths and facts that it asks for and this scope does not have. */
	readonly missing: (scope: Scope) => readonly string[];
}

/** A condition made ready to be judged any number of times, also at once. */
export interface CompiledCondition {
	readonly text: string;
	/** True, false or unknown, and why: at once, or by a promise when jsonata is needed. */
	readonly judge: Judge;
}

/** Throws on text that does not parse: the build has let it through, so the artefact is corrupt. */
export function compileExpression(text: string): CompiledExpression {
	const parsed = parseBuilt(text);
	const probes = probesOf(parsed.ast);
	return {
		text: parsed.text,
		evaluate: compileEvaluation(parsed),
		missing: (scope) => {
			const missing = new Set<string>();
			for (const probe of liveProbes(probes, scope)) if (probe.read(scope) === undefined) missing.add(probe.missing);
			return [...missing];
		},
	};
}

/** Throws on text that does not parse, as `compileExpression` does. */
export function compileCondition(text: string): CompiledCondition {
	const parsed = parseBuilt(text);
	return { text: parsed.text, judge: compileJudge(planClauses(parsed)) };
}

function parseBuilt(text: string): ParsedExpression {
	const parsing = parseExpression(text);
	if (!parsing.ok) throw new Error(`expression \`${text}\` does not parse: ${parsing.mistake.message}`);
	return parsing.parsed;
}
