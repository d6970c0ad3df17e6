import { type LogPattern, patternKey, type SearchablePattern } from "../log/log-pattern.ts";
import { inspectExpression } from "./checks/inspect-expression.ts";
import { logLiterals, spelledLiterals } from "./checks/log-literals.ts";

/**
 * Every log pattern of the expressions and the tools, each once, with its search literals. Expects valid expressions. A pattern is
 * marked `onlyErrors` when no expression searches whole logs for it.
 */
export function collectLogPatterns(
	expressions: readonly string[],
	ofTools: readonly LogPattern[],
): readonly SearchablePattern[] {
	const found = new Map<string, SearchablePattern>();
	for (const pattern of ofTools) {
		found.set(patternKey(pattern), { pattern, ...withLiterals(pattern), onlyErrors: true });
	}
	for (const text of expressions) {
		const inspected = inspectExpression(text);
		if (!inspected.ok) continue;
		const { functions, logPatterns } = inspected.inspection;
		const asksForLogs = functions.some(({ name }) => name === "log");
		for (const { pattern } of logPatterns) {
			const known = found.get(patternKey(pattern));
			const onlyErrors = !asksForLogs && known?.onlyErrors !== false;
			found.set(patternKey(pattern), { pattern, ...withLiterals(pattern), onlyErrors });
		}
	}
	return [...found.values()];
}

function withLiterals(pattern: LogPattern): Pick<SearchablePattern, "literals" | "spelled"> {
	const spelled = pattern.kind === "regex" ? spelledLiterals(pattern) : undefined;
	return spelled === undefined ? { literals: logLiterals(pattern) } : { literals: spelled, spelled: true };
}
