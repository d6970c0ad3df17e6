import type { ParsedExpression } from "./ast.ts";
import type { Scope } from "./facts.ts";
import { callFunction, FUNCTIONS, REFUSED_FUNCTIONS } from "./functions.ts";
import { FACTS, guardEvaluations } from "./guard-evaluations.ts";

/** Evaluates with jsonata. Rejects with what jsonata or a function throws; see `bounded-message.ts`. */
export type SlowEvaluate = (scope: Scope) => Promise<unknown>;

/** Prepares evaluation by jsonata. Healer's functions replace built-ins of the same name. */
export function slowPath(parsed: ParsedExpression): SlowEvaluate {
	const { jsonata } = parsed;
	for (const name of Object.keys(FUNCTIONS)) {
		jsonata.registerFunction(name, function (...args: unknown[]) {
			return callFunction(name, this.environment.lookup(FACTS), args);
		});
	}
	for (const [name, why] of Object.entries(REFUSED_FUNCTIONS)) {
		jsonata.registerFunction(name, () => {
			throw new Error(`$${name} is refused: ${why}`);
		});
	}
	guardEvaluations(jsonata);
	return (scope) => jsonata.evaluate(scope.input, { ...scope.variables, [FACTS]: scope.facts });
}
