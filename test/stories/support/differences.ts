import { isTree } from "./laid-over.ts";

interface Within {
	readonly contains: readonly string[];
	readonly lacks: readonly string[];
}

/**
 * What is seen differently from what is expected, a line each. Objects may have more fields; lists are whole; a text may
 * be given by what it contains and lacks.
 */
export function differences(expected: unknown, seen: unknown, at: string): readonly string[] {
	if (isTree(expected)) {
		if (typeof seen === "string" && "contains" in expected) {
			return textDifferences({ contains: [], lacks: [], ...expected }, seen, at);
		}
		if (!isTree(seen)) return [line(at, expected, seen)];
		return Object.entries(expected).flatMap(([key, value]) => differences(value, seen[key], `${at}.${key}`));
	}
	if (Array.isArray(expected)) {
		if (!Array.isArray(seen)) return [line(at, expected, seen)];
		if (seen.length !== expected.length) {
			const fields = seen.map((one) => onlyFieldsOf(expected[0], one));
			return [line(at, expected, fields)];
		}
		return expected.flatMap((value, n) => differences(value, seen[n], `${at}[${n}]`));
	}
	return expected === seen ? [] : [line(at, expected, seen)];
}

/** Texts that a longer text lacks, or should lack. */
export function textDifferences(
	{ contains, lacks }: Within,
	seen: string | null | undefined,
	at: string,
): readonly string[] {
	const text = seen ?? "";
	return [
		...contains
			.filter((part) => !text.includes(part))
			.map((part) => `${at} lacks ${JSON.stringify(part)}: ${brief(text)}`),
		...lacks.filter((part) => text.includes(part)).map((part) => `${at} has ${JSON.stringify(part)}: ${brief(text)}`),
	];
}

function line(at: string, expected: unknown, seen: unknown): string {
	return `${at}: expected ${JSON.stringify(expected)}, seen ${brief(JSON.stringify(seen) ?? "nothing")}`;
}

function brief(text: string): string {
	return text.length > 3000 ? `${text.slice(0, 3000)} ...` : text;
}

/** The fields that are compared, for the eye. */
function onlyFieldsOf(expected: unknown, seen: unknown): unknown {
	if (!isTree(expected) || !isTree(seen)) return seen;
	return Object.fromEntries(Object.keys(expected).map((key) => [key, seen[key]]));
}
