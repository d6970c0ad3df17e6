import type { Path } from "./yaml-source.ts";

/** The value at a path of plain data; undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
	let value = root;
	for (const step of path) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
			return undefined;
		}
		value = (value as Readonly<Record<string | number, unknown>>)[step];
	}
	return value;
}
