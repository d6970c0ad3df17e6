import { redactText } from "../redaction/redact-text.ts";

const MAX_TEXT = 200;
/** Characters that are checked for secrets before the cut, so that the cut leaves no half of one. */
const LOOKED_AT = 4096;
const MAX_ITEMS = 5;
const MAX_LEVELS = 2;

/** A value as explanations store it: bounded JSON without secrets and without characters that a store rejects. */
export function shownValue(value: unknown, levels = MAX_LEVELS): unknown {
	switch (typeof value) {
		case "string":
			return shownText(value);
		case "number":
		case "boolean":
			return value;
		case "object":
			if (value === null) return null;
			if (levels === 0) return "…";
			return Array.isArray(value) ? shownList(value, levels) : shownObject(value, levels);
		default:
			return undefined;
	}
}

const settings = new WeakMap<object, unknown>();

/** The same of a value that never changes: most explanations show the same few lists. */
export function shownSetting(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return shownValue(value);
	const known = settings.get(value);
	if (known !== undefined) return known;
	const shown = shownValue(value);
	settings.set(value, shown);
	return shown;
}

function shownText(text: string): string {
	const redacted = redactText(text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text);
	const cut = redacted.length > MAX_TEXT ? `${redacted.slice(0, MAX_TEXT)}…` : redacted;
	const wellFormed = cut.isWellFormed() ? cut : cut.toWellFormed();
	return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\u{FFFD}") : wellFormed;
}

function shownList(list: readonly unknown[], levels: number): unknown[] {
	const items = list.slice(0, MAX_ITEMS).map((item) => shownValue(item, levels - 1));
	return list.length > MAX_ITEMS ? [...items, `… ${list.length - MAX_ITEMS} more`] : items;
}

function shownObject(value: object, levels: number): Record<string, unknown> {
	const shown: Record<string, unknown> = {};
	let kept = 0;
	for (const name in value) {
		if (!Object.hasOwn(value, name)) continue;
		if (kept++ === MAX_ITEMS) {
			shown["…"] = "more";
			break;
		}
		Object.defineProperty(shown, shownText(name), {
			value: shownValue((value as Record<string, unknown>)[name], levels - 1),
			enumerable: true,
		});
	}
	return shown;
}
