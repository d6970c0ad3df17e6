import type { Output } from "../../cli/output.ts";

/** Records what a command prints, without colour. */
export interface RecordedOutput extends Output {
	readonly lines: string[];
	readonly problems: string[];
}

export function recordedOutput(): RecordedOutput {
	const lines: string[] = [];
	const problems: string[] = [];
	return {
		lines,
		problems,
		line: (text) => void lines.push(text),
		problem: (text) => void problems.push(text),
		paint: (_colour, text) => text,
		colourfulProblems: false,
	};
}
