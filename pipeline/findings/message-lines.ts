import { copyString } from "../text/copy-string.ts";
import { type Finding, LONGEST_LINE } from "./finding.ts";
import { isGeneric } from "./generic-lines.ts";

/** The newest that are kept. */
export const MOST_MESSAGES = 12;

const MESSAGE =
	/^(?:##\[error\]|::error|(?:fatal|panic|error|exception)\b|\[ERROR\]|ERROR\b|CMake Error|npm (?:ERR!|error)|E {3})|\b(?:Error|Exception|error|ERROR): |undefined reference|[Nn]o rule to make|CONFLICT \(/;

/** Lines that call themselves errors, without a file; of `newest`, the newest first. In the log's order. */
export function findMessages(newest: Iterable<{ readonly text: string; readonly line: number }>): readonly Finding[] {
	const found: Finding[] = [];
	for (const { text, line } of newest) {
		const said = text.slice(0, LONGEST_LINE).trim();
		if (!MESSAGE.test(said) || isGeneric(said)) continue;
		const name = copyString(said.replace(/^(?:##\[error\]|::error[^:]*::)/, ""));
		found.unshift({ form: "message", scope: "", name, details: [], line, last: line });
		if (found.length === MOST_MESSAGES) break;
	}
	return found;
}
