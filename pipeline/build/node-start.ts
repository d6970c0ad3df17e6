import { type AstNode, childrenOf } from "../expression/ast.ts";
import { PatternLiteral } from "../expression/pattern-literal.ts";
import { patternKey } from "../log/log-pattern.ts";

/** Where a node begins in its text: jsonata's positions are behind the node's token. */
export function nodeStart(node: AstNode, text: string): number {
	const end = node.position ?? firstPosition(node);
	const before = text.slice(0, end);
	const form = writtenForms(node).find((written) => before.endsWith(written));
	return end - (form?.length ?? 0);
}

function firstPosition(node: AstNode): number {
	for (const child of childrenOf(node)) return child.position ?? firstPosition(child);
	return 0;
}

function writtenForms(node: AstNode): string[] {
	const { value } = node;
	if (value instanceof RegExp) return [patternKey(new PatternLiteral(value))];
	if (value instanceof PatternLiteral) return [patternKey(value)];
	if (value === undefined) return [];
	if (node.type === "variable") return [`$${String(value)}`];
	return [`\`${String(value)}\``, `"${String(value)}"`, `'${String(value)}'`, String(value)];
}
