import type jsonata from "jsonata";
import { LinearRegex } from "./linear-regex.ts";

// Items of a written list are evaluated side by side, and each counts as one level deeper.
const MAX_DEPTH = 5000;
const MAX_SEQUENCE = 20_000;
const MAX_STEPS = 200_000;

/**
 * Limits for each expression. jsonata's own `timeout` is not used: it reads the clock, which stands still while a
 * deployed Worker computes. `countStep` bounds the work instead.
 */
export const GUARDS: jsonata.JsonataOptions = {
	stack: MAX_DEPTH,
	sequence: MAX_SEQUENCE,
	RegexEngine: LinearRegex as unknown as RegExpConstructor,
};

/** The key of the function that jsonata calls before it evaluates a node. */
export const BEFORE_EACH_NODE = Symbol.for("jsonata.__evaluate_entry");

const stepsTaken = new WeakMap<object, number>();

/** Counts the nodes visited by one evaluation, and throws over the limit. This stops endless recursion. */
export function countStep(_node: unknown, _input: unknown, environment: { readonly base: object }): void {
	const steps = (stepsTaken.get(environment.base) ?? 0) + 1;
	stepsTaken.set(environment.base, steps);
	if (steps > MAX_STEPS) throw new Error(`it takes more than ${MAX_STEPS} steps`);
}
