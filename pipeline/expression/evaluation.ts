import type { ParsedExpression } from "./ast.ts";
import { boundedMessage } from "./bounded-message.ts";
import type { Scope } from "./facts.ts";
import { fastPath } from "./fast-path.ts";
import { SLOW } from "./slow.ts";
import { type SlowEvaluate, slowPath } from "./slow-path.ts";

/** The result of an evaluation: a value (undefined when a path is missing), or an error. */
export type Evaluation =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly error: string };

/** Evaluates synchronously where the fast path can, else with jsonata. Never throws, never rejects. */
export type Evaluate = (scope: Scope) => Evaluation | Promise<Evaluation>;

export function compileEvaluation(parsed: ParsedExpression): Evaluate {
	const fast = fastPath(parsed.ast);
	let slow: SlowEvaluate | undefined;
	const bySlow = async (scope: Scope): Promise<Evaluation> => {
		try {
			slow ??= slowPath(parsed);
			return { ok: true, value: await slow(scope) };
		} catch (thrown) {
			return { ok: false, error: boundedMessage(thrown) };
		}
	};
	if (fast === undefined) return bySlow;
	return (scope) => {
		try {
			const value = fast(scope);
			return value === SLOW ? bySlow(scope) : { ok: true, value };
		} catch (thrown) {
			return { ok: false, error: boundedMessage(thrown) };
		}
	};
}
