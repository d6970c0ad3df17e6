import { type AstNode, parseExpression } from "../expression/ast.ts";
import { FUNCTIONS } from "../expression/functions.ts";
import { type LogPattern, patternKey, type SearchablePattern } from "../log/log-pattern.ts";
import { isPattern, startOf, usesOf } from "./expression-uses.ts";
import { logLiterals } from "./log-literals.ts";

/** Every pattern that the expressions look for in logs, each once, with what to search for. Expressions are sound. */
export function collectLogPatterns(expressions: readonly string[]): readonly SearchablePattern[] {
	const found = new Map<string, SearchablePattern>();
	for (const text of expressions) {
		const parsed = parseExpression(text);
		const uses = parsed.ok ? usesOf(parsed.parsed.ast, text) : [];
		for (const use of uses) {
			if (use.kind === "call" && FUNCTIONS[use.called.name]?.patterns === "literal") {
				for (const { start: _, ...pattern } of literalPatterns(use.args).patterns) {
					found.set(patternKey(pattern), { pattern, literals: logLiterals(pattern) });
				}
			}
		}
	}
	return [...found.values()];
}

/** The texts and regexes written out as arguments, in lists too, and whatever else stands there. */
export function literalPatterns(args: readonly AstNode[]): {
	readonly patterns: readonly (LogPattern & { readonly start: number })[];
	readonly others: readonly AstNode[];
} {
	const patterns: (LogPattern & { start: number })[] = [];
	const others: AstNode[] = [];
	for (const node of args.flatMap(items)) {
		if (node.type === "string") {
			const text = String(node.value);
			patterns.push({ kind: "text", text, start: startOf(node, text.length + 2) });
		} else if (isPattern(node) && isRegexValue(node.value)) {
			const { source, flags } = node.value;
			patterns.push({ kind: "regex", source, flags, start: startOf(node, source.length + flags.length + 2) });
		} else {
			others.push(node);
		}
	}
	return { patterns, others };
}

function items(node: AstNode): readonly AstNode[] {
	return node.type === "unary" && node.value === "[" ? (node.expressions ?? []) : [node];
}

function isRegexValue(value: unknown): value is { source: string; flags: string } {
	return typeof value === "object" && value !== null && "source" in value && "flags" in value;
}
