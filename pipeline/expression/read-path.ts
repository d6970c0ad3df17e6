import { SLOW } from "./slow.ts";

/** Follows names from value to value as jsonata does; `SLOW` when a list is in the way. */
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

/** Like `readPath`, but through lists: returns a list of the results, undefined if there are none. */
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

/** jsonata treats objects with these properties as functions, and a payload may have them. */
export function isCallable(value: object): boolean {
	const marks = value as { _jsonata_function?: unknown; _jsonata_lambda?: unknown };
	return marks._jsonata_function === true || marks._jsonata_lambda === true;
}
