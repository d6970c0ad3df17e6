import { visibleText } from "../pipeline/prompt/visible-text.ts";

/** The same JSON with control characters and bidi marks in its strings and keys replaced by their names. */
export function visible(value: unknown): unknown {
	if (typeof value === "string") return visibleText(value);
	if (Array.isArray(value)) return value.map(visible);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, part]) => [visibleText(key), visible(part)]));
}
