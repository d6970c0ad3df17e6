import type { Mapping } from "../artefact.ts";
import type { RuleVerdict } from "../explanation.ts";
import { type CompiledExpression, compileExpression } from "../expression/compile-expression.ts";
import type { Evaluation } from "../expression/evaluation.ts";
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

/** The result of a mapping. Undefined values, and branches without a leaf, are omitted. */
export interface Mapped {
	readonly value: Record<string, unknown>;
	/** The leaves that could not be evaluated; they are omitted as well. */
	readonly failed: readonly RuleVerdict[];
}

export function compileMapping(mapping: Mapping): CompiledMapping {
	return Object.entries(mapping).flatMap(([name, written]) => leaves([name], written));
}

/** Evaluates every leaf. `prefix` names the mapping in errors, such as `incident`. */
export async function evaluateMapping(mapping: CompiledMapping, scope: Scope, prefix: string): Promise<Mapped> {
	const value: Record<string, unknown> = {};
	const failed: RuleVerdict[] = [];
	for (const leaf of mapping) {
		const { source } = leaf;
		if (source.kind === "literal") put(value, leaf.path, source.value);
		else if (source.kind === "list") {
			const items: unknown[] = [];
			for (const expression of source.expressions) {
				const evaluation = expression.evaluate(scope);
				// Awaiting an available value would cost a microtask turn per field.
				items.push(given(evaluation instanceof Promise ? await evaluation : evaluation, expression, leaf));
			}
			put(
				value,
				leaf.path,
				items.filter((item) => item !== undefined),
			);
		} else {
			const evaluation = source.expression.evaluate(scope);
			const item = given(evaluation instanceof Promise ? await evaluation : evaluation, source.expression, leaf);
			if (item !== undefined) put(value, leaf.path, item);
		}
	}
	return { value, failed };

	function given(evaluation: Evaluation, { text }: CompiledExpression, { path }: MappedLeaf): unknown {
		if (evaluation.ok) return evaluation.value;
		const rule = [prefix, ...path].join(".");
		failed.push({ rule, verdict: "unknown", clause: { text, verdict: "unknown", error: evaluation.error } });
		return undefined;
	}
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

function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
	let branch = into;
	const last = path.length - 1;
	for (let at = 0; at < last; at++) {
		const name = path[at] ?? "";
		const own = Object.hasOwn(branch, name) ? branch[name] : undefined;
		const next = typeof own === "object" && own !== null ? (own as Record<string, unknown>) : {};
		if (next !== own) set(branch, name, next);
		branch = next;
	}
	set(branch, path[last] ?? "", value);
}

/** A key such as `__proto__` is data here, and must not reach the object's prototype. */
function set(into: Record<string, unknown>, name: string, value: unknown): void {
	if (name !== "__proto__") into[name] = value;
	else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
}
