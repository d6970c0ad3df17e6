import { type Data, recordOf, recordsIn, textOf, textsIn } from "./read-data.ts";

/** One line of a log's excerpt: the one that decided, one that is an error, one that says what was cut, or any other. */
export interface MarkedLine {
	readonly text: string;
	readonly mark: "decisive" | "error" | "cut" | undefined;
}

const CUT = /^\[(?:\.\.\. [\d,]+ lines? cut \.\.\.|the line above .*)\]$/;

/** The lines of a reading's excerpt. `decisive`: the line for which the agent was chosen. */
export function markedLines(reading: Data, decisive: string | undefined): readonly MarkedLine[] {
	const errors = errorsIn(reading);
	const wanted = decisive?.trim();
	const lines = textOf(reading.excerpt)?.replace(/\n$/, "").split("\n") ?? [];
	return lines.map((text) => {
		const line = text.trim();
		if (CUT.test(line)) return { text, mark: "cut" };
		if (wanted !== undefined && wanted !== "" && line.includes(wanted)) return { text, mark: "decisive" };
		return { text, mark: errors.has(line) || /^##\[error\]/.test(line) ? "error" : undefined };
	});
}

function errorsIn(reading: Data): ReadonlySet<string> {
	const ofSteps = recordsIn(reading.steps).flatMap(({ errors }) => textsIn(errors));
	const ofPatterns = Object.values(recordOf(reading.patterns)).flatMap((fact) => {
		const { text, headline } = recordOf(recordOf(fact).error);
		return [textOf(text) ?? "", textOf(headline) ?? ""];
	});
	return new Set([...ofSteps, ...ofPatterns].map((text) => text.trim()).filter((text) => text !== ""));
}
