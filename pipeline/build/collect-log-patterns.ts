import { patternKey, type SearchablePattern } from "../log/log-pattern.ts";
import { inspectExpression } from "./inspect-expression.ts";
import { logLiterals } from "./log-literals.ts";

/** Every pattern that the expressions look for in logs, each once, with what to search for. Expressions are sound. */
export function collectLogPatterns(expressions: readonly string[]): readonly SearchablePattern[] {
	const found = new Map<string, SearchablePattern>();
	for (const text of expressions) {
		const inspected = inspectExpression(text);
		for (const { pattern } of inspected.ok ? inspected.inspection.logPatterns : []) {
			found.set(patternKey(pattern), { pattern, literals: logLiterals(pattern) });
		}
	}
	return [...found.values()];
}
