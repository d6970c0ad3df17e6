import { type Data, recordOf, recordsIn, textOf, textsIn } from "./read-data.ts";

/**
 * One line of a log's excerpt. `decisive`: the agent was chosen for it; `error`: it says what is wrong; `found`: a rule searched
 * for it; `cut`: it says what was left out.
 */
export interface MarkedLine {
	readonly text: string;
	readonly mark: "decisive" | "error" | "found" | "cut" | undefined;
}

const CUT = /^\[(?:\.\.\. [\d,]+ lines? cut \.\.\.|the line above .*)\]$/;
const ERROR = /^(?:##\[error\]|(?:error|fatal|panicked)\b)/i;

/** The lines of a reading's excerpt. `decisive`: the line for which the agent was chosen. */
export function markedLines(reading: Data, decisive: string | undefined): readonly MarkedLine[] {
	const { errors, found } = knownLines(reading);
	const wanted = decisive?.trim();
	const lines = textOf(reading.excerpt)?.replace(/\n$/, "").split("\n") ?? [];
	return lines.map((text) => {
		const line = text.trim();
		if (CUT.test(line)) return { text, mark: "cut" };
		if (wanted !== undefined && wanted !== "" && line.includes(wanted)) return { text, mark: "decisive" };
		if (errors.has(line) || ERROR.test(line)) return { text, mark: "error" };
		return { text, mark: found.has(line) ? "found" : undefined };
	});
}

function knownLines(reading: Data): { readonly errors: ReadonlySet<string>; readonly found: ReadonlySet<string> } {
	const facts = Object.values(recordOf(reading.patterns)).map((fact) => recordOf(recordOf(fact).error));
	const lines = (texts: readonly (string | undefined)[]) =>
		new Set(texts.flatMap((text) => (text === undefined ? [] : [text.trim()])));
	const ofSteps = recordsIn(reading.steps).flatMap(({ errors }) => textsIn(errors));
	return {
		errors: lines([...ofSteps, ...facts.map(({ headline }) => textOf(headline))]),
		found: lines(facts.map(({ text }) => textOf(text))),
	};
}
