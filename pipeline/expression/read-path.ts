import { SLOW } from "./slow.ts";

/** Follows names from value to value as jsonata does; `SLOW` when it would have to go through a list. */
export function readPath(start: unknown, names: readonly string[]): unknown {
	let value = start;
	for (const name of names) {
		if (typeof value !== "object" || value === null) return undefined;
		if (Array.isArray(value) || isCallable(value)) return SLOW;
		if (!Object.hasOwn(value, name)) return undefined;
		value = (value as Record<string, unknown>)[name];
	}
	return value;
}

/** As `readPath`, and through lists: what is found there as a list, undefined if nothing is. */
export function readThroughLists(start: unknown, names: readonly string[]): unknown {
	const found = readPath(start, names);
	if (found !== SLOW) return found;
	let values: unknown[] = [start];
	for (const name of names) {
		values = values.flat(Number.POSITIVE_INFINITY).flatMap((value) => {
			const next = readPath(value, [name]);
			return next === undefined || next === SLOW ? [] : [next];
		});
	}
	return values.length === 0 ? undefined : values.flat(1);
}

/** jsonata takes objects with these marks for functions, and a payload can have the marks. */
export function isCallable(value: object): boolean {
	const marks = value as { _jsonata_function?: unknown; _jsonata_lambda?: unknown };
	return marks._jsonata_function === true || marks._jsonata_lambda === true;
}
