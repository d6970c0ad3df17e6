import jsonata from "jsonata";
import { boundedMessage } from "./bounded-message.ts";
import { FUNCTIONS, REFUSED_FUNCTIONS } from "./functions.ts";
import { GUARDS } from "./guards.ts";
import { PatternLiteral } from "./pattern-literal.ts";

/**
 * A node of jsonata's tree, reduced to what Healer uses. jsonata's own types omit half of the kinds (`path`, `bind`
 * ...).
 */
export interface AstNode {
	type: string;
	value?: unknown;
	/** The offset just behind the node's token in the trimmed text. */
	readonly position?: number;
	readonly steps?: readonly AstNode[];
	readonly expressions?: readonly AstNode[];
	arguments?: AstNode[];
	readonly procedure?: AstNode;
	readonly lhs?: AstNode;
	readonly rhs?: AstNode;
	condition?: AstNode;
	readonly then?: AstNode;
	readonly else?: AstNode;
	readonly expression?: AstNode;
	readonly body?: AstNode;
	readonly stages?: readonly AstNode[];
	readonly predicate?: readonly AstNode[];
	readonly expr?: AstNode;
}

export interface ParsedExpression {
	/** The trimmed text. */
	readonly text: string;
	readonly ast: AstNode;
	readonly jsonata: jsonata.Expression;
}

/** Why a text is not an expression. `position` counts characters from 0, when jsonata reports it. */
export interface SyntaxDiagnostic {
	readonly message: string;
	readonly position?: number;
}

/**
 * Parses JSONata with guards on. The returned expression evaluates this tree, in which regex literals among the
 * arguments of `$log` and similar functions are patterns instead of matching functions.
 */
export function parseExpression(
	text: string,
):
	| { readonly ok: true; readonly parsed: ParsedExpression }
	| { readonly ok: false; readonly diagnostic: SyntaxDiagnostic } {
	try {
		const trimmed = text.trim();
		const expression = jsonata(trimmed, GUARDS);
		const ast = expression.ast() as unknown as AstNode;
		walkAst(ast, adjust);
		return { ok: true, parsed: { text: trimmed, ast, jsonata: expression } };
	} catch (thrown) {
		return { ok: false, diagnostic: { message: boundedMessage(thrown), ...positionOf(thrown) } };
	}
}

/** Calls `visit` for each node, outer ones first. The walk sees changes that `visit` makes to a node. */
export function walkAst(node: AstNode, visit: (node: AstNode) => void): void {
	visit(node);
	for (const child of childrenOf(node)) walkAst(child, visit);
}

/** The direct children, found through any property, because jsonata keeps them in many (`terms`, `update` ...). */
export function childrenOf(node: AstNode): AstNode[] {
	return [...operandsOf(node), ...behindOf(node)];
}

/** The direct children that share the node's scope. */
export function operandsOf(node: AstNode): AstNode[] {
	const names = Object.keys(node).filter((name) => !LEAF_PROPERTIES.has(name) && !BEHIND_PROPERTIES.has(name));
	return names.flatMap((name) => nodesIn((node as unknown as Record<string, unknown>)[name]));
}

/** Predicates and groups: their scope is each of the node's values. */
export function behindOf(node: AstNode): AstNode[] {
	return [...BEHIND_PROPERTIES].flatMap((name) => nodesIn((node as unknown as Record<string, unknown>)[name]));
}

/** The name of a call, without `$`; undefined for a lambda or another computed function. */
export function calledName(node: AstNode): string | undefined {
	const { procedure } = node;
	if ((node.type !== "function" && node.type !== "partial") || procedure?.type !== "variable") return undefined;
	return typeof procedure.value === "string" ? procedure.value : undefined;
}

/** Why expressions may not use this name: JSONata functions that depend on a clock, on chance or on text as code. */
export function refusal(name: string): string | undefined {
	return Object.hasOwn(REFUSED_FUNCTIONS, name) ? REFUSED_FUNCTIONS[name] : undefined;
}

/** Ancestry slots refer back to nodes; values and signatures contain none. */
const LEAF_PROPERTIES = new Set(["type", "value", "position", "seekingParent", "slot", "signature", "ancestor"]);

const BEHIND_PROPERTIES = new Set(["predicate", "stages", "group"]);

function nodesIn(part: unknown): AstNode[] {
	if (Array.isArray(part)) return part.flatMap(nodesIn);
	if (typeof part !== "object" || part === null) return [];
	if ("type" in part && typeof part.type === "string") return [part as AstNode];
	return Object.values(part).flatMap(nodesIn);
}

function adjust(node: AstNode): void {
	const name = calledName(node);
	if (name !== undefined && Object.hasOwn(FUNCTIONS, name) && FUNCTIONS[name]?.patterns !== undefined) {
		for (const argument of node.arguments ?? []) patternsInPlace(argument);
	}
	// `a ?? b` is parsed as `$exists(a) ? a : b`, and `a ?: b` as `a ? a : b`: with a copy of `a` made through JSON, which drops
	// its regexes.
	const { condition, then } = node;
	if (node.type !== "condition" || then === undefined || condition === undefined) return;
	if (isCoalescing(condition)) condition.arguments = [then];
	// A second `a` that was written out has another position.
	else if (condition.type === then.type && JSON.stringify(condition) === JSON.stringify(then)) node.condition = then;
}

function isCoalescing(condition: AstNode): boolean {
	return condition.type === "function" && condition.position === undefined && calledName(condition) === "exists";
}

function patternsInPlace(argument: AstNode): void {
	if (argument.type === "regex" && argument.value instanceof RegExp) {
		argument.value = new PatternLiteral(argument.value);
		argument.type = "value";
	}
	if (argument.type === "unary" && argument.value === "[") argument.expressions?.forEach(patternsInPlace);
}

function positionOf(thrown: unknown): { position?: number } {
	if (typeof thrown !== "object" || thrown === null || !("position" in thrown)) return {};
	return typeof thrown.position === "number" ? { position: thrown.position } : {};
}
