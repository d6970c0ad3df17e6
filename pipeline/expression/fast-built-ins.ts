import { truth } from "./fast-operators.ts";
import { SLOW } from "./slow.ts";

/** Takes values other than `SLOW` and returns the built-in's result, or `SLOW`. */
export type BuiltIn = (a: unknown, b: unknown) => unknown;

/** Some of jsonata's functions on plain values, called with all arguments written out. */
export function fastBuiltIn(name: string, args: number): BuiltIn | undefined {
	const known = Object.hasOwn(FAST_BUILT_INS, name) ? FAST_BUILT_INS[name] : undefined;
	return known?.args === args ? known.call : undefined;
}

const FAST_BUILT_INS: Readonly<Record<string, { args: number; call: BuiltIn }>> = {
	not: { args: 1, call: (a) => not(truthOrAbsent(a)) },
	boolean: { args: 1, call: (a) => truthOrAbsent(a) },
	exists: { args: 1, call: (a) => a !== undefined },
	string: { args: 1, call: asString },
	lowercase: { args: 1, call: (a) => ofText(a, (text) => text.toLowerCase()) },
	uppercase: { args: 1, call: (a) => ofText(a, (text) => text.toUpperCase()) },
	contains: {
		args: 2,
		call: (a, b) => (typeof b === "string" ? ofText(a, (text) => text.includes(b)) : SLOW),
	},
	substringBefore: { args: 2, call: (a, b) => part(a, b, (text, at) => text.slice(0, at)) },
	substringAfter: { args: 2, call: (a, b) => part(a, b, (text, at, found) => text.slice(at + found.length)) },
	count: { args: 1, call: (a) => (a === undefined ? 0 : Array.isArray(a) ? a.length : 1) },
	type: { args: 1, call: typeOf },
	join: { args: 2, call: join },
};

function part(value: unknown, wanted: unknown, cut: (text: string, at: number, wanted: string) => string): unknown {
	if (typeof wanted !== "string") return SLOW;
	return ofText(value, (text) => {
		const at = text.indexOf(wanted);
		return at === -1 ? text : cut(text, at, wanted);
	});
}

function typeOf(value: unknown): unknown {
	if (value === undefined) return undefined;
	if (value === null) return "null";
	if (Array.isArray(value)) return "array";
	return typeof value === "number" && !Number.isFinite(value) ? SLOW : typeof value;
}

function join(value: unknown, separator: unknown): unknown {
	if (typeof separator !== "string") return SLOW;
	if (value === undefined || typeof value === "string") return value;
	return Array.isArray(value) && value.every((item) => typeof item === "string") ? value.join(separator) : SLOW;
}

function truthOrAbsent(value: unknown): boolean | undefined | typeof SLOW {
	return value === undefined ? undefined : truth(value);
}

function not(value: boolean | undefined | typeof SLOW): boolean | undefined | typeof SLOW {
	return typeof value === "boolean" ? !value : value;
}

function asString(value: unknown): unknown {
	if (typeof value === "string" || value === undefined) return value;
	if (typeof value === "boolean" || value === null || Number.isSafeInteger(value)) return JSON.stringify(value);
	return SLOW;
}

function ofText(value: unknown, give: (text: string) => unknown): unknown {
	if (typeof value === "string") return give(value);
	return value === undefined ? undefined : SLOW;
}
