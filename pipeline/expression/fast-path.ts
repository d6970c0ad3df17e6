import type { AstNode } from "./ast.ts";
import { calledName } from "./ast.ts";
import { BUILT_INS } from "./built-ins.ts";
import type { Scope } from "./facts.ts";
import { fastBuiltIn } from "./fast-built-ins.ts";
import { binaryOperator, truth } from "./fast-operators.ts";
import { fastMatch } from "./fast-regex.ts";
import type { FastEvaluate } from "./fast-steps.ts";
import { compileFilters, compileSteps, filtered, followSteps } from "./fast-steps.ts";
import { callFunction, FUNCTIONS } from "./functions.ts";
import { ofSettings } from "./of-settings.ts";
import { isCallable, readPath } from "./read-path.ts";
import { SLOW } from "./slow.ts";

/**
 * Compiles the common part of the language to a synchronous function: plain paths, literals, comparisons, `in`, `and`,
 * `or`, `&`, `? :`, lists, Healer's functions and a few built-ins. Results equal jsonata's. In subtle cases (a path
 * that meets a list, an operand of another type) the function returns `SLOW` and jsonata evaluates. So it does where a branch
 * that is not in this part is taken. Undefined when the expression uses anything else.
 */
export function fastPath(node: AstNode): FastEvaluate | undefined {
	return compile(node, false);
}

/** `isNested`: in a filter, where bare names read the item instead of the root. */
function compile(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	if (node.predicate === undefined) return compilePlain(node, isNested);
	const { predicate, ...bare } = node;
	return fastFiltered(bare, predicate, isNested);
}

function compilePlain(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	if (!isPlain(node)) return undefined;
	switch (node.type) {
		case "string":
		case "number":
		case "value":
			return constant(node.value);
		case "path":
			return fastSteps(node, isNested);
		case "variable":
			return typeof node.value === "string" ? fastVariable(node.value, isNested) : undefined;
		case "block":
			return node.expressions?.length === 1 ? compileAll(node.expressions, isNested)?.[0] : undefined;
		case "binary":
			return fastBinary(node, isNested);
		case "unary":
			return node.value === "[" ? fastList(node.expressions ?? [], isNested) : undefined;
		case "condition":
			return fastCondition(node, isNested);
		case "function":
			return fastCall(node, isNested);
		default:
			return undefined;
	}
}

/** Properties of nodes without predicates, groups, focus and similar features. */
const PLAIN_PROPERTIES = new Set(
	"type value position steps expressions arguments procedure lhs rhs condition then else name".split(" "),
);

/** A path step may also have filters. */
const STEP_PROPERTIES = new Set(["type", "value", "position", "stages"]);

function isPlain(node: AstNode, properties: ReadonlySet<string> = PLAIN_PROPERTIES): boolean {
	return Object.entries(node).every(([name, value]) => value === undefined || properties.has(name));
}

function constant(value: unknown): FastEvaluate {
	return () => value;
}

const slow: FastEvaluate = constant(SLOW);

/** Only a list that is written out, or what a call returns: all others are steps of a path. */
function fastFiltered(bare: AstNode, predicate: readonly AstNode[], isNested: boolean): FastEvaluate | undefined {
	if (bare.type !== "function" && bare.type !== "unary") return undefined;
	const evaluate = compilePlain(bare, isNested);
	const filters = compileFilters(predicate, (node) => compile(node, true));
	if (evaluate === undefined || filters === undefined) return undefined;
	return (scope) => filtered(evaluate(scope), filters, scope);
}

function compileAll(nodes: readonly AstNode[], isNested: boolean): FastEvaluate[] | undefined {
	const compiled: FastEvaluate[] = [];
	for (const node of nodes) {
		const evaluate = compile(node, isNested);
		if (evaluate === undefined) return undefined;
		compiled.push(evaluate);
	}
	return compiled;
}

function fastSteps(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	const [first, ...rest] = node.steps ?? [];
	if (first === undefined || !rest.every((step) => isPlain(step, STEP_PROPERTIES))) return undefined;
	const isCall = first.type === "function";
	if (!isCall && !isPlain(first, STEP_PROPERTIES)) return undefined;
	const isName = first.type === "name";
	const steps = compileSteps(isName ? [first, ...rest] : rest, (filter) => compile(filter, true));
	if (steps === undefined) return undefined;
	const names = steps.map(({ name }) => name);
	const isFiltered = steps.some(({ filters }) => filters.length > 0);
	const follow = (start: unknown, scope: Scope): unknown => {
		const value = isFiltered ? SLOW : readPath(start, names);
		return value === SLOW ? followSteps(start, steps, scope) : value;
	};
	if (isName) return (scope) => (Array.isArray(scope.input) ? SLOW : follow(scope.input, scope));
	const start = isCall ? compile(first, isNested) : fastFirst(first, isNested);
	if (start === undefined) return undefined;
	const evaluate: FastEvaluate = (scope) => {
		// jsonata calls the function for each item.
		if (isCall && Array.isArray(scope.input)) return SLOW;
		const from = start(scope);
		return from === SLOW || Array.isArray(from) ? SLOW : follow(from, scope);
	};
	return first.value === "settings" && !isCall && !isFiltered ? ofSettings(evaluate) : evaluate;
}

function fastFirst({ type, value, stages }: AstNode, isNested: boolean): FastEvaluate | undefined {
	const isVariable = type === "variable" && typeof value === "string" && stages === undefined;
	return isVariable ? fastVariable(value, isNested) : undefined;
}

function fastVariable(name: string, isNested: boolean): FastEvaluate | undefined {
	// At the top level `$` and `$$` are both the input. In a filter `$` is the item.
	if (name === "$" && isNested) return undefined;
	if (name === "" || name === "$") return (scope) => (isOrdinary(scope.input) ? scope.input : SLOW);
	const absent = BUILT_INS.has(name) || Object.hasOwn(FUNCTIONS, name) ? SLOW : undefined;
	return ({ variables }) => (Object.hasOwn(variables, name) ? variables[name] : absent);
}

/** jsonata marks values with properties of its own; a payload may contain the same names. */
function isOrdinary(value: unknown): boolean {
	return typeof value !== "object" || value === null || !(Array.isArray(value) || "outerWrapper" in value);
}

function fastBinary(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	const { lhs, rhs } = node;
	if (lhs === undefined || rhs === undefined) return undefined;
	const left = compile(lhs, isNested);
	if (left === undefined) return undefined;
	const right = compile(rhs, isNested);
	if (node.value === "and") return fastAnd(left, right ?? slow);
	if (node.value === "or") return fastOr(left, right ?? slow);
	if (right === undefined) return undefined;
	const operator = binaryOperator(node.value);
	if (operator === undefined) return undefined;
	return (scope) => {
		const a = left(scope);
		if (a === SLOW) return SLOW;
		const b = right(scope);
		return b === SLOW ? SLOW : operator(a, b);
	};
}

function fastAnd(left: FastEvaluate, right: FastEvaluate): FastEvaluate {
	return (scope) => {
		const a = truth(left(scope));
		return a === true ? truth(right(scope)) : a;
	};
}

function fastOr(left: FastEvaluate, right: FastEvaluate): FastEvaluate {
	return (scope) => {
		const a = truth(left(scope));
		return a === false ? truth(right(scope)) : a;
	};
}

function fastCondition(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	const { condition, then, else: otherwise } = node;
	if (condition === undefined || then === undefined) return undefined;
	const test = compile(condition, isNested);
	if (test === undefined) return undefined;
	const whenTrue = compile(then, isNested) ?? slow;
	const whenFalse = otherwise === undefined ? constant(undefined) : (compile(otherwise, isNested) ?? slow);
	return (scope) => {
		const holds = truth(test(scope));
		if (holds === SLOW) return SLOW;
		return holds ? whenTrue(scope) : whenFalse(scope);
	};
}

function fastList(nodes: readonly AstNode[], isNested: boolean): FastEvaluate | undefined {
	if (nodes.every((node) => isPlain(node) && ["string", "number", "value"].includes(node.type))) {
		const literals = nodes.map((node) => node.value);
		return () => literals;
	}
	const items = compileAll(nodes, isNested);
	if (items === undefined) return undefined;
	// A list written within a list stays nested; a list from a path is spread into it.
	const written = nodes.map((node) => node.type === "unary" && node.value === "[");
	return (scope) => {
		const list: unknown[] = [];
		for (const [at, item] of items.entries()) {
			const value = item(scope);
			if (value === SLOW) return SLOW;
			if (value === undefined) continue;
			if (Array.isArray(value) && written[at] === false) list.push(...value);
			else list.push(value);
		}
		return list;
	};
}

function fastCall(node: AstNode, isNested: boolean): FastEvaluate | undefined {
	const name = calledName(node);
	if (name === undefined || node.procedure === undefined || !isPlain(node.procedure)) return undefined;
	const [, pattern, ...more] = node.arguments ?? [];
	if (pattern?.type === "regex" && more.length === 0)
		return fastRegexCall(name, node.arguments?.[0], pattern, isNested);
	const args = compileAll(node.arguments ?? [], isNested);
	if (args === undefined) return undefined;
	if (Object.hasOwn(FUNCTIONS, name)) return callOfOurs(name, args);
	const builtIn = fastBuiltIn(name, args.length);
	if (builtIn === undefined) return undefined;
	const [first, second] = args;
	return (scope) => {
		const a = argument(first?.(scope));
		const b = argument(second?.(scope));
		return a === SLOW || b === SLOW ? SLOW : builtIn(a, b);
	};
}

function fastRegexCall(
	name: string,
	searched: AstNode | undefined,
	pattern: AstNode,
	isNested: boolean,
): FastEvaluate | undefined {
	const text = searched && compile(searched, isNested);
	const call = isPlain(pattern) ? fastMatch(name, pattern.value) : undefined;
	return text && call && ((scope) => call(text(scope)));
}

/** jsonata treats, or rejects, an object that looks like one of its functions. */
function argument(value: unknown): unknown {
	return typeof value === "object" && value !== null && isCallable(value) ? SLOW : value;
}

function callOfOurs(name: string, args: readonly FastEvaluate[]): FastEvaluate {
	return (scope) => {
		const values: unknown[] = [];
		for (const arg of args) {
			const value = argument(arg(scope));
			if (value === SLOW) return SLOW;
			values.push(value);
		}
		return callFunction(name, scope.facts, values);
	};
}
