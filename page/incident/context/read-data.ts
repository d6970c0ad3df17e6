/*
 * A part's data comes from the journal, where an older version of Healer may have written it in another shape: what does not
 * fit is left out, and no view breaks.
 */

export type Data = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Data {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

export function recordsIn(value: unknown): readonly Data[] {
	return Array.isArray(value) ? value.map(recordOf) : [];
}

/** Texts and numbers as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
}

export function textsIn(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.flatMap((one) => textOf(one) ?? []) : [];
}
