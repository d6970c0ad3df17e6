import type { ParsedExpression } from "./ast.ts";
import type { Scope } from "./facts.ts";
import { callFunction, FUNCTIONS, REFUSED_FUNCTIONS } from "./functions.ts";
import { BEFORE_EACH_NODE, countStep } from "./guards.ts";

/** Where the facts stand among an evaluation's bindings: a name that no expression can write. */
const FACTS = " facts";

/** Evaluates by jsonata itself. Rejects with what jsonata or a function throws; see `message-of.ts`. */
export type SlowEvaluate = (scope: Scope) => Promise<unknown>;

/** Makes ready for evaluation by jsonata, with our functions in the place of its own of the same name. */
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
	// `assign` takes any key; its type only knows texts.
	jsonata.assign(BEFORE_EACH_NODE as unknown as string, countStep);
	return (scope) => jsonata.evaluate(scope.input, { ...scope.variables, [FACTS]: scope.facts });
}
