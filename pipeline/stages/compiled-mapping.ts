import type { Mapping } from "../artefact.ts";
import type { RuleVerdict } from "../explanation.ts";
import { type CompiledExpression, compileExpression } from "../expression/compile-expression.ts";
import type { Scope } from "../expression/facts.ts";

/** A mapping with its expressions compiled, as a flat list of its leaves. */
export type CompiledMapping = readonly MappedLeaf[];

interface MappedLeaf {
	readonly path: readonly [string, ...string[]];
	readonly source:
		| { readonly kind: "literal"; readonly value: number | boolean }
		| { readonly kind: "expression"; readonly expression: CompiledExpression }
		| { readonly kind: "list"; readonly expressions: readonly CompiledExpression[] };
}

/** What a mapping came to: what is undefined is left out, and so are branches without a leaf. */
export interface Mapped {
	readonly value: Record<string, unknown>;
	/** The leaves that could not be evaluated; they are left out as well. */
	readonly failed: readonly RuleVerdict[];
}

export function compileMapping(mapping: Mapping): CompiledMapping {
	return Object.entries(mapping).flatMap(([name, written]) => leaves([name], written));
}

/** Evaluates every leaf. `prefix` names the mapping in what failed, such as `incident`. */
export async function evaluateMapping(mapping: CompiledMapping, scope: Scope, prefix: string): Promise<Mapped> {
	const value: Record<string, unknown> = {};
	const failed: RuleVerdict[] = [];
	for (const { path, source } of mapping) {
		if (source.kind === "literal") put(value, path, source.value);
		else {
			const rule = [prefix, ...path].join(".");
			const expressions = source.kind === "list" ? source.expressions : [source.expression];
			const values: unknown[] = [];
			for (const expression of expressions) values.push(await leafValue(expression, scope, rule, failed));
			if (source.kind === "list")
				put(
					value,
					path,
					values.filter((item) => item !== undefined),
				);
			else if (values[0] !== undefined) put(value, path, values[0]);
		}
	}
	return { value, failed };
}

function leaves(path: [string, ...string[]], written: Mapping[string]): MappedLeaf[] {
	if (typeof written === "string") {
		return [{ path, source: { kind: "expression", expression: compileExpression(written) } }];
	}
	if (typeof written === "number" || typeof written === "boolean") {
		return [{ path, source: { kind: "literal", value: written } }];
	}
	if (isList(written)) return [{ path, source: { kind: "list", expressions: written.map(compileExpression) } }];
	return Object.entries(written).flatMap(([name, inner]) => leaves([...path, name], inner));
}

function isList(written: Mapping | readonly string[]): written is readonly string[] {
	return Array.isArray(written);
}

async function leafValue(
	expression: CompiledExpression,
	scope: Scope,
	rule: string,
	failed: RuleVerdict[],
): Promise<unknown> {
	const evaluation = await expression.evaluate(scope);
	if (evaluation.ok) return evaluation.value;
	const { error } = evaluation;
	failed.push({ rule, verdict: "unknown", clause: { text: expression.text, verdict: "unknown", error } });
	return undefined;
}

function put(into: Record<string, unknown>, [name, ...rest]: readonly [string, ...string[]], value: unknown): void {
	const [next, ...deeper] = rest;
	// Names such as `__proto__` are data here.
	const own = Object.hasOwn(into, name) ? into[name] : undefined;
	if (next === undefined) define(into, name, value);
	else {
		const branch = typeof own === "object" && own !== null ? (own as Record<string, unknown>) : {};
		if (branch !== own) define(into, name, branch);
		put(branch, [next, ...deeper], value);
	}
}

function define(into: Record<string, unknown>, name: string, value: unknown): void {
	Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}
