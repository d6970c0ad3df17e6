import { type AstNode, childrenOf } from "../../expression/ast.ts";
import { PatternLiteral } from "../../expression/pattern-literal.ts";
import { patternKey } from "../../log/log-pattern.ts";

/**
 * Where a node begins in its text. jsonata's positions point behind the node's token, which follows the left operand.
 */
export function nodeStart(node: AstNode, text: string): number {
	const own = node.position === undefined ? [] : [tokenStart(node, node.position, text)];
	const starts = [...own, ...childrenOf(node).map((child) => nodeStart(child, text))];
	return starts.length === 0 ? 0 : Math.min(...starts);
}

function tokenStart(node: AstNode, end: number, text: string): number {
	if (node.type === "string") {
		return openingQuote(text, end);
	}
	const before = text.slice(0, end);
	const form = writtenForms(node).find((written) => before.endsWith(written));
	return end - (form?.length ?? 0);
}

/** The quote that opens the text literal whose closing quote is before `end`. Quotes inside are escaped. */
function openingQuote(text: string, end: number): number {
	const quote = text[end - 1] ?? "";
	for (let at = end - 2; at >= 0; at--) {
		if (text[at] === quote && !isEscaped(text, at)) {
			return at;
		}
	}
	return end;
}

function isEscaped(text: string, at: number): boolean {
	let escapes = 0;
	while (text[at - 1 - escapes] === "\\") {
		escapes += 1;
	}
	return escapes % 2 === 1;
}

function writtenForms(node: AstNode): string[] {
	const { value } = node;
	if (value instanceof RegExp) {
		return [patternKey(new PatternLiteral(value))];
	}
	if (value instanceof PatternLiteral) {
		return [patternKey(value)];
	}
	if (value === undefined) {
		return [];
	}
	return node.type === "variable" ? [`$${String(value)}`] : [`\`${String(value)}\``, String(value)];
}
