import type { AstNode } from "./ast.ts";
import type { Scope } from "./facts.ts";
import { truth } from "./fast-operators.ts";
import { readPath } from "./read-path.ts";
import { SLOW } from "./slow.ts";

/** One step of a path: a name, and its filters. */
export interface FastStep {
	readonly name: string;
	readonly filters: readonly FastFilter[];
}

/** `[0]` as its index, `[condition]` as a function evaluated for each item. */
export type FastFilter = { readonly index: number } | { readonly condition: FastEvaluate };

/**
 * Compiles steps that are names with filters. `compile` compiles a condition whose bare names read the item. Undefined
 * if there is any other step.
 */
export function compileSteps(
	steps: readonly AstNode[],
	compile: (node: AstNode) => FastEvaluate | undefined,
): FastStep[] | undefined {
	const compiled: FastStep[] = [];
	for (const { type, value, stages = [] } of steps) {
		if (type !== "name" || typeof value !== "string") return undefined;
		const filters = compileFilters(stages, compile);
		if (filters === undefined) return undefined;
		compiled.push({ name: value, filters });
	}
	return compiled;
}

/** Compiles what stands in brackets behind a step, a call or a list. Undefined if there is anything but filters. */
export function compileFilters(
	written: readonly AstNode[],
	compile: (node: AstNode) => FastEvaluate | undefined,
): FastFilter[] | undefined {
	const filters: FastFilter[] = [];
	for (const { type, expr } of written) {
		const filter = type === "filter" && expr !== undefined ? compileFilter(expr, compile) : undefined;
		if (filter === undefined) return undefined;
		filters.push(filter);
	}
	return filters;
}

/** A call's value, or a written list, behind its filters. */
export function filtered(value: unknown, filters: readonly FastFilter[], scope: Scope): unknown {
	if (value === SLOW) return SLOW;
	// jsonata evaluates a condition even on a missing value.
	if (value === undefined) return filters.every((filter) => "index" in filter) ? undefined : SLOW;
	let items: readonly unknown[] = Array.isArray(value) ? value : [value];
	for (const filter of filters) {
		const next = applyFilter(filter, items, scope);
		if (next === SLOW || !next.isSequence) return SLOW;
		items = next.value as readonly unknown[];
	}
	const [only] = items;
	if (items.length === 1) return Array.isArray(only) ? SLOW : only;
	return items.length === 0 ? undefined : items;
}

/**
 * Follows steps as jsonata does, including lists: a list in the middle is visited item by item, and the results form
 * one flat list. A single result stands for itself, and no result is undefined. A list that the last step finds in one
 * place stays as it is.
 */
export function followSteps(start: unknown, steps: readonly FastStep[], scope: Scope): unknown {
	let values: readonly unknown[] = [start];
	for (const [at, step] of steps.entries()) {
		const found: Found[] = [];
		for (const value of values) {
			const next = take(value, step, scope);
			if (next === SLOW) return SLOW;
			if (next !== undefined) found.push(next);
		}
		const [only] = found;
		const isLast = at === steps.length - 1;
		if (isLast && found.length === 1 && only !== undefined && Array.isArray(only.value) && !only.isSequence) {
			return only.value;
		}
		values = found.flatMap(({ value }) => value);
		if (values.length === 0) return undefined;
		if (values.length > MAX_SEQUENCE_HERE) return SLOW;
	}
	return values.length === 1 ? values[0] : values;
}

/** Far below the limit at which jsonata throws. */
const MAX_SEQUENCE_HERE = 5000;

/** A value, and whether jsonata created it as a list: such a list is flattened into others. */
interface Found {
	readonly value: unknown;
	readonly isSequence: boolean;
}

function take(value: unknown, { name, filters }: FastStep, scope: Scope): Found | undefined | typeof SLOW {
	const read = readPath(value, [name]);
	if (read === SLOW) return SLOW;
	if (read === undefined) return holdsForNothing(filters[0], scope) ? SLOW : undefined;
	let found: Found = { value: read, isSequence: false };
	for (const filter of filters) {
		const next = applyFilter(filter, Array.isArray(found.value) ? found.value : [found.value], scope);
		if (next === SLOW) return SLOW;
		found = next;
	}
	return found;
}

/** jsonata evaluates the filter even on a missing value, and keeps it when the filter holds. */
function holdsForNothing(filter: FastFilter | undefined, scope: Scope): boolean {
	if (filter === undefined || "index" in filter) return false;
	return truth(filter.condition({ ...scope, input: undefined })) !== false;
}

function applyFilter(filter: FastFilter, items: readonly unknown[], scope: Scope): Found | typeof SLOW {
	if ("index" in filter) {
		const item = items.at(filter.index);
		if (Array.isArray(item)) return { value: item, isSequence: false };
		return { value: item === undefined ? [] : [item], isSequence: true };
	}
	const kept: unknown[] = [];
	const inner = { input: undefined as unknown, variables: scope.variables, facts: scope.facts };
	for (const input of items) {
		inner.input = input;
		const holds = filter.condition(inner);
		// A number is an index; leave lists to jsonata.
		if (typeof holds === "number") return SLOW;
		const isKept = truth(holds);
		if (isKept === SLOW) return SLOW;
		if (isKept) kept.push(input);
	}
	return { value: kept, isSequence: true };
}

function compileFilter(node: AstNode, compile: (node: AstNode) => FastEvaluate | undefined): FastFilter | undefined {
	if (node.type === "number" && typeof node.value === "number") {
		const index = Math.floor(node.value);
		return Number.isSafeInteger(index) ? { index } : undefined;
	}
	const condition = compile(node);
	return condition === undefined ? undefined : { condition };
}

/** Returns the value, or `SLOW` when only jsonata can evaluate. Throws only what Healer's own functions throw. */
export type FastEvaluate = (scope: Scope) => unknown;
