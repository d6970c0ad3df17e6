import type { AstNode, ParsedExpression } from "./ast.ts";
import { calledName, parseExpression } from "./ast.ts";

/** How a condition splits into clauses: a leaf is evaluated as a whole, other nodes combine the verdicts below them. */
export type ClausePlan =
	| { readonly kind: "leaf"; readonly parsed: ParsedExpression }
	| { readonly kind: "and" | "or" | "not"; readonly text: string; readonly clauses: readonly ClausePlan[] };

/**
 * Splits `and`, `or`, `$not(...)` and parentheses. A part's text is cut out at jsonata's operator positions, and is
 * used only if it parses to the very same tree. Otherwise the whole stays one leaf.
 */
export function planClauses(parsed: ParsedExpression): ClausePlan {
	return split(parsed) ?? { kind: "leaf", parsed };
}

function split({ ast, text }: ParsedExpression): ClausePlan | undefined {
	if (ast.predicate !== undefined) return undefined;
	if (ast.type === "binary" && (ast.value === "and" || ast.value === "or")) return splitChain(ast, ast.value, text);
	if (ast.type === "block" && ast.expressions?.length === 1 && text.startsWith("(")) {
		const inner = part(text.slice(1, closing(text)), ast.expressions[0]);
		return inner && planClauses(inner);
	}
	if (calledName(ast) === "not" && ast.arguments?.length === 1) {
		const inner = part(text.slice(ast.position, closing(text)), ast.arguments[0]);
		return inner && { kind: "not", text, clauses: [planClauses(inner)] };
	}
	return undefined;
}

/** `a and b and c` is parsed as `(a and b) and c`, and becomes one list of three. */
function splitChain(ast: AstNode, operator: "and" | "or", text: string): ClausePlan | undefined {
	const clauses: ClausePlan[] = [];
	let end = text.length;
	let node: AstNode | undefined = ast;
	while (node?.type === "binary" && node.value === operator && node.predicate === undefined) {
		const right = part(text.slice(node.position, end), node.rhs);
		if (right === undefined) return undefined;
		clauses.unshift(planClauses(right));
		end = (node.position ?? 0) - operator.length;
		node = node.lhs;
	}
	const first = part(text.slice(0, end), node);
	return first && { kind: operator, text, clauses: [planClauses(first), ...clauses] };
}

function closing(text: string): number {
	return text.endsWith(")") ? text.length - 1 : 0;
}

function part(text: string, expected: AstNode | undefined): ParsedExpression | undefined {
	const parsing = parseExpression(text);
	if (!parsing.ok || expected === undefined) return undefined;
	return shape(parsing.parsed.ast) === shape(expected) ? parsing.parsed : undefined;
}

/** The tree as text, without positions. */
function shape(ast: AstNode): string {
	return JSON.stringify(ast, (name, value: unknown) => {
		if (name === "position") return undefined;
		return value instanceof RegExp ? String(value) : value;
	});
}
