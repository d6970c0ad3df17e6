import type { AstNode } from "./ast.ts";
import { calledName, operandsOf } from "./ast.ts";
import type { Scope } from "./facts.ts";
import { truth } from "./fast-operators.ts";
import { fastPath } from "./fast-path.ts";
import type { FastEvaluate } from "./fast-steps.ts";
import { FUNCTIONS, type PipelineFunction } from "./functions.ts";
import { ofSettings } from "./of-settings.ts";
import { readThroughLists } from "./read-path.ts";
import { SLOW } from "./slow.ts";

/** Something that a clause reads: a path, or a question about facts. */
export interface Probe {
	readonly label: string;
	/** What the explanation lists as missing when `read` returns undefined. */
	readonly missing: string;
	/** Null when nothing is missing and there is nothing to show. */
	readonly read: (scope: Scope) => unknown;
	/** What to show instead of the value of `read`. */
	readonly show?: (scope: Scope) => unknown;
	/** It reads the pipeline's settings, which never change. */
	readonly isSetting?: true;
}

/** The probes of a clause; for `? :`, only those of the branch taken count. */
export type ProbePlan = Probe | { readonly test: FastEvaluate | undefined; readonly ways: [ProbePlan[], ProbePlan[]] };

/**
 * What a clause reads: root paths, `$variable.paths`, and functions that need facts. Paths inside `$exists(...)`,
 * `$count(...)` and `$boolean(...)` do not count, nor does the condition of `a ?: b` and `a ?? b`: there a missing path
 * has a meaning. Names in predicates are not root paths.
 */
export function probesOf(node: AstNode): ProbePlan[] {
	switch (node.type) {
		case "path":
			return pathProbes(node);
		case "condition":
			return conditionProbes(node);
		case "function":
			return callProbes(node);
		case "variable":
			return isNamed(node) ? variableProbes(String(node.value), []) : [];
		case "apply":
			return node.rhs !== undefined && MAY_BE_MISSING.has(calledName(node.rhs) ?? "") ? [] : belowProbes(node);
		default:
			return belowProbes(node);
	}
}

/** The probes that count in this scope, without duplicates. */
export function liveProbes(plans: readonly ProbePlan[], scope: Scope): readonly Probe[] {
	const live: Probe[] = [];
	for (const plan of plans) {
		if ("ways" in plan) live.push(...liveProbes(takenWay(plan, scope), scope));
		else live.push(plan);
	}
	return live;
}

function belowProbes(node: AstNode): ProbePlan[] {
	return operandsOf(node).flatMap(probesOf);
}

/** Neither `$` nor `$$`. */
function isNamed(node: AstNode): boolean {
	return node.type === "variable" && node.value !== "" && node.value !== "$";
}

const MAY_BE_MISSING = new Set(["exists", "count", "boolean"]);

function takenWay(
	plan: { test: FastEvaluate | undefined; ways: [ProbePlan[], ProbePlan[]] },
	scope: Scope,
): ProbePlan[] {
	const holds = plan.test === undefined ? undefined : truthOf(plan.test, scope);
	const [whenTrue, whenFalse] = plan.ways;
	if (typeof holds === "boolean") return holds ? whenTrue : whenFalse;
	return [...whenTrue, ...whenFalse];
}

function truthOf(test: FastEvaluate, scope: Scope): unknown {
	try {
		return truth(test(scope));
	} catch {
		return undefined;
	}
}

function conditionProbes(node: AstNode): ProbePlan[] {
	const { condition, then, else: otherwise } = node;
	if (condition === undefined || then === undefined) return [];
	const ways: [ProbePlan[], ProbePlan[]] = [probesOf(then), otherwise === undefined ? [] : probesOf(otherwise)];
	const own = condition === then ? [] : probesOf(condition);
	return [...own, { test: fastPath(condition), ways }];
}

function callProbes(node: AstNode): ProbePlan[] {
	const name = calledName(node);
	if (name !== undefined && MAY_BE_MISSING.has(name)) return [];
	const args = (node.arguments ?? []).flatMap(probesOf);
	const known = name !== undefined && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
	return known?.needs === undefined ? args : [...args, factProbe(node, `$${name}`, known, known.needs)];
}

/** Shows few arguments in full; of a long pattern list, only the patterns that were found. */
function factProbe(node: AstNode, name: string, known: PipelineFunction, needs: string): Probe {
	const evaluate = fastPath(node);
	const args = (node.arguments ?? []).map(fastPath);
	const { found } = known;
	const readFound = (scope: Scope): unknown =>
		found?.(
			scope.facts,
			args.map((arg) => arg?.(scope)),
		);
	return {
		label: found === undefined ? `${name}(${argumentTexts(node)})` : name,
		missing: needs,
		// What only jsonata can evaluate is not evaluated again for this; it does not count as missing.
		read: (scope) => (evaluate === undefined ? null : tryRead(evaluate, scope)),
		...(found !== undefined && { show: (scope: Scope) => tryRead(readFound, scope) }),
	};
}

/** A function that throws makes the clause an error, which says more than a value. */
function tryRead(evaluate: FastEvaluate, scope: Scope): unknown {
	try {
		const value = evaluate(scope);
		return value === SLOW ? null : value;
	} catch {
		return null;
	}
}

function argumentTexts(node: AstNode): string {
	return (node.arguments ?? []).map(argumentText).join(", ").slice(0, MAX_LABEL);
}

function argumentText(node: AstNode): string {
	if (node.type === "unary" && node.value === "[") return `[${(node.expressions ?? []).map(argumentText).join(", ")}]`;
	return node.type === "path" ? stepNames(node.steps ?? []).join(".") : (JSON.stringify(node.value) ?? "…");
}

const MAX_LABEL = 80;

function pathProbes(node: AstNode): ProbePlan[] {
	const [first, ...rest] = node.steps ?? [];
	if (first === undefined) return [];
	if (isNamed(first)) return variableProbes(String(first.value), stepNames(rest));
	const isRoot = first.type === "variable";
	if (!isRoot && first.type !== "name") return probesOf(first);
	const names = stepNames(isRoot ? rest : [first, ...rest]);
	if (names.length === 0) return [];
	const label = names.join(".");
	return [{ label, missing: label, read: (scope) => readThroughLists(scope.input, names) }];
}

/** Only supplied variables, not those that the expression binds itself. */
function variableProbes(variable: string, names: string[]): ProbePlan[] {
	const label = [`$${variable}`, ...names].join(".");
	const read = ({ variables }: Scope) =>
		Object.hasOwn(variables, variable) ? readThroughLists(variables[variable], names) : null;
	if (variable === "settings") return [{ label, missing: label, read: ofSettings(read), isSetting: true }];
	return [{ label, missing: label, read }];
}

/** The leading names of a path, up to the first step that is not a plain name. */
function stepNames(steps: readonly AstNode[]): string[] {
	const names: string[] = [];
	for (const step of steps) {
		if (step.type !== "name" || typeof step.value !== "string") break;
		names.push(step.value);
		if (step.stages !== undefined || step.predicate !== undefined) break;
	}
	return names;
}
