import jsonata from "jsonata";
import { FUNCTIONS, REFUSED_FUNCTIONS } from "./functions.ts";
import { GUARDS } from "./guards.ts";
import { messageOf } from "./message-of.ts";
import { PatternLiteral } from "./pattern-literal.ts";

/** A node of jsonata's tree, as far as we look at it. Its own types leave out half of the kinds (`path`, `bind` ...). */
export interface AstNode {
	type: string;
	value?: unknown;
	/** Just behind the node's token in the trimmed text. */
	readonly position?: number;
	readonly steps?: readonly AstNode[];
	readonly expressions?: readonly AstNode[];
	arguments?: AstNode[];
	readonly procedure?: AstNode;
	readonly lhs?: AstNode;
	readonly rhs?: AstNode;
	readonly condition?: AstNode;
	readonly then?: AstNode;
	readonly else?: AstNode;
	readonly expression?: AstNode;
	readonly body?: AstNode;
	readonly stages?: readonly AstNode[];
	readonly predicate?: readonly AstNode[];
	readonly expr?: AstNode;
}

export interface ParsedExpression {
	/** Without white space at its ends. */
	readonly text: string;
	readonly ast: AstNode;
	readonly jsonata: jsonata.Expression;
}

/** Why a text is no expression. `position` counts characters from 0, when jsonata tells it. */
export interface SyntaxDiagnostic {
	readonly message: string;
	readonly position?: number;
}

/**
 * Parses JSONata, with its guards on. The tree is the one that the returned expression evaluates; in it, regex
 * literals among the arguments of `$log` and the like are patterns instead of matching functions.
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
		return { ok: false, diagnostic: { message: messageOf(thrown), ...positionOf(thrown) } };
	}
}

/** Calls `visit` for every node, outer ones first. What it changes in a node is seen by the walk. */
export function walkAst(node: AstNode, visit: (node: AstNode) => void): void {
	visit(node);
	for (const child of childrenOf(node)) walkAst(child, visit);
}

/** The nodes right below: of any property, since jsonata keeps parts in many (`terms`, `update` ...). */
export function childrenOf(node: AstNode): AstNode[] {
	return [...operandsOf(node), ...behindOf(node)];
}

/** The nodes right below that see what the node itself sees. */
export function operandsOf(node: AstNode): AstNode[] {
	const names = Object.keys(node).filter((name) => !LEAF_PROPERTIES.has(name) && !BEHIND_PROPERTIES.has(name));
	return names.flatMap((name) => nodesIn((node as unknown as Record<string, unknown>)[name]));
}

/** Predicates and groups: they see each of the node's values. */
export function behindOf(node: AstNode): AstNode[] {
	return [...BEHIND_PROPERTIES].flatMap((name) => nodesIn((node as unknown as Record<string, unknown>)[name]));
}

/** The name behind `$` that a call is made by; undefined for a lambda or another computed function. */
export function calledName(node: AstNode): string | undefined {
	const { procedure } = node;
	if ((node.type !== "function" && node.type !== "partial") || procedure?.type !== "variable") return undefined;
	return typeof procedure.value === "string" ? procedure.value : undefined;
}

/** Why an expression may not use this name, for JSONata's functions that depend on clock, chance or text. */
export function refusal(name: string): string | undefined {
	return Object.hasOwn(REFUSED_FUNCTIONS, name) ? REFUSED_FUNCTIONS[name] : undefined;
}

/** Ancestry slots refer back to nodes; values, and signatures, hold none. */
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
	// `a ?? b` is parsed as `$exists(a) ? a : b` with a copy of `a` made through JSON, which loses its regexes.
	const { condition, then } = node;
	if (node.type === "condition" && then !== undefined && condition !== undefined && isCoalescing(condition)) {
		condition.arguments = [then];
	}
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
