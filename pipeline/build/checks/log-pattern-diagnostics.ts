import { patternKey } from "../../log/log-pattern.ts";
import type { TextDiagnostic } from "../yaml/text-diagnostic.ts";
import type { Inspection } from "./inspect-expression.ts";
import { logLiterals } from "./log-literals.ts";

/**
 * Patterns of `$log` and `$error` that cannot be part of the single-pass search. Invalid regexes are reported
 * elsewhere.
 */
export function logPatternDiagnostics(
	{ logPatterns, computedPatterns }: Inspection,
	text: string,
): readonly TextDiagnostic[] {
	const computed = computedPatterns.map(({ name, position }) => ({
		start: position,
		text: text.slice(position),
		message: `A pattern of \`$${name}\` must be a literal text or regex: all patterns are searched in one pass over a log.`,
	}));
	const unsearchable = logPatterns.flatMap(({ pattern, position }) => {
		const at = { start: position, text: pattern.kind === "text" ? text.slice(position) : patternKey(pattern) };
		if (pattern.kind === "text") {
			return /[\r\n]/.test(pattern.text)
				? [{ ...at, message: "Logs are searched line by line: a text cannot contain a line end." }]
				: [];
		}
		const message =
			"No text is part of every match of this pattern, so every line would be tried. Add required letters.";
		return logLiterals(pattern).length === 0 ? [{ ...at, message }] : [];
	});
	return [...computed, ...unsearchable];
}
