import { type FindingForm, isTestForm } from "./findings.ts";
import { normalizeText } from "./normalize-text.ts";

/** Characters read of a line: what tells findings apart stands at its start. */
export const LONGEST_LINE = 400;

/** One failing test, error or message while a log is read. */
export interface Finding {
	readonly form: FindingForm;
	/** What it belongs to: a package, a test file, a binary. A new run of that replaces it. */
	scope: string;
	name: string;
	readonly details: string[];
	readonly line: number;
	last: number;
}

/** Stands between a message and its column, which stays when lines are added above. */
const COLUMN = "\u0000";

/** A message that counts with the column it is at. */
export function withColumn(message: string, column: string | undefined): string {
	return column === undefined ? message : `${message}${COLUMN}${column}`;
}

/** Its normalized text. Errors with their file keep no numbers: those of tests are what was expected. */
export function idOf({ form, scope, name, details }: Finding): string {
	const numbers = isTestForm(form) ? "small" : "none";
	const [said = "", column] = name.split(COLUMN);
	const at = column === undefined ? "" : ` (column ${column})`;
	const where = scope === "" ? "" : `${normalizeText(scope)}: `;
	const more = details.map((detail) => normalizeText(detail, numbers)).filter((detail) => detail !== "");
	return `${where}${normalizeText(said, numbers)}${at}${more.map((detail) => ` | ${detail}`).join("")}`;
}

/** A failing subtest fails its parent: `TestCart` of `TestCart/empty`. */
export function withoutParents(found: readonly Finding[]): readonly Finding[] {
	return found.filter(
		({ form, name, scope }) =>
			form !== "go_test" || !found.some((other) => other.scope === scope && other.name.startsWith(`${name}/`)),
	);
}
