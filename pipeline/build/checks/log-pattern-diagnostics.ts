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
		message: `A pattern of \`$${name}\` is written out, as a text or a regex: logs are searched for all of them at once, in one pass.`,
	}));
	const unsearchable = logPatterns.flatMap(({ pattern, position }) => {
		const at = { start: position, text: pattern.kind === "text" ? text.slice(position) : patternKey(pattern) };
		if (pattern.kind === "text") {
			return /[\r\n]/.test(pattern.text)
				? [{ ...at, message: "Logs are read by line: a text to look for has no line end in it." }]
				: [];
		}
		const message =
			"Nothing stands in every match of this pattern, so each line would be tried. Add letters that must be there.";
		return logLiterals(pattern).length === 0 ? [{ ...at, message }] : [];
	});
	return [...computed, ...unsearchable];
}
