import type jsonata from "jsonata";
import { LinearRegex } from "./linear-regex.ts";

// Items of a written list are evaluated side by side, and each counts as one level deeper.
const MAX_DEPTH = 5000;
const MAX_SEQUENCE = 20_000;

/**
 * Limits for each expression. jsonata's own `timeout` is not used: it reads the clock, which stands still while a
 * deployed Worker computes. `guardEvaluations` bounds the work instead.
 */
export const GUARDS: jsonata.JsonataOptions = {
	stack: MAX_DEPTH,
	sequence: MAX_SEQUENCE,
	RegexEngine: LinearRegex as unknown as RegExpConstructor,
};
