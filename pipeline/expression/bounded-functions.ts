import type { Allowance } from "./allowance.ts";
import type { Facts } from "./facts.ts";
import { GROWTH } from "./growth.ts";

/** What jsonata passes as `this` to a function. */
export interface Focus {
	readonly environment: Environment;
}

/** jsonata's scopes; `base` is the outermost one of this evaluation. */
export interface Environment {
	readonly base: Environment;
	lookup(name: string | symbol): unknown;
	bind(name: string | symbol, value: unknown): void;
}

/** A function as jsonata keeps it. */
interface Definition {
	readonly _jsonata_function: true;
	readonly implementation: (this: unknown, ...args: unknown[]) => unknown;
	readonly signature?: unknown;
}

/** Where the evaluation that a scope belongs to keeps what it may still build, and what it knows. */
export interface Evaluation {
	readonly allowance: Allowance;
	readonly facts: Facts;
}

const bounded = new WeakMap<object, Definition>();

/**
 * Makes every function of this evaluation draw on its allowance: before the call what it may need at most, behind it what it
 * built. Functions that expressions pass on or apply in part are these as well.
 */
export function boundFunctions(base: Environment, evaluationOf: (base: Environment) => Evaluation): void {
	for (const name of Object.keys(GROWTH)) {
		const definition = base.lookup(name);
		if (isDefinition(definition)) base.bind(name, boundedDefinition(name, definition, evaluationOf));
	}
}

function isDefinition(value: unknown): value is Definition {
	if (typeof value !== "object" || value === null) return false;
	const { _jsonata_function, implementation } = value as Partial<Definition>;
	return _jsonata_function === true && typeof implementation === "function";
}

function boundedDefinition(
	name: string,
	definition: Definition,
	evaluationOf: (base: Environment) => Evaluation,
): Definition {
	const known = bounded.get(definition);
	if (known !== undefined) return known;
	const { implementation } = definition;
	function call(this: Focus, ...args: unknown[]): unknown {
		const { allowance, facts } = evaluationOf(this.environment.base);
		const { spend, weigh } = allowance;
		spend(GROWTH[name]?.(args, weigh, facts) ?? Number.NaN);
		const result = implementation.apply(this, args);
		if (result instanceof Promise) return result.then((value) => weighed(value, weigh));
		return weighed(result, weigh);
	}
	// jsonata reads how many arguments a function takes, and their names, from the function itself.
	Object.defineProperty(call, "length", { value: implementation.length });
	call.toString = () => implementation.toString();
	const made: Definition = { ...definition, implementation: call as Definition["implementation"] };
	bounded.set(definition, made);
	return made;
}

function weighed(value: unknown, weigh: (value: unknown) => number): unknown {
	weigh(value);
	return value;
}
