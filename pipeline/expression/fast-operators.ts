import { SLOW } from "./slow.ts";

/** Takes values other than `SLOW` and returns jsonata's result, or `SLOW`. */
export type BinaryOperator = (a: unknown, b: unknown) => unknown;

/** jsonata's operators on plain values. Returns `SLOW` where jsonata compares deeply or throws. */
export function binaryOperator(symbol: unknown): BinaryOperator | undefined {
	return typeof symbol === "string" && Object.hasOwn(OPERATORS, symbol) ? OPERATORS[symbol] : undefined;
}

/** jsonata's `$boolean` of a value, with undefined as false, as in `and`, `or` and `? :`. */
export function truth(value: unknown): boolean | typeof SLOW {
	switch (typeof value) {
		case "boolean":
			return value;
		case "undefined":
			return false;
		case "string":
			return value !== "";
		case "number":
			return Number.isFinite(value) ? value !== 0 : SLOW;
		case "object":
			return value === null ? false : SLOW;
		default:
			return SLOW;
	}
}

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
	"=": (a, b) => (a === undefined || b === undefined ? false : equal(a, b)),
	"!=": (a, b) => {
		if (a === undefined || b === undefined) return false;
		const same = equal(a, b);
		return same === SLOW ? SLOW : !same;
	},
	"<": (a, b) => compare(a, b, (x, y) => x < y),
	"<=": (a, b) => compare(a, b, (x, y) => x <= y),
	">": (a, b) => compare(a, b, (x, y) => x > y),
	">=": (a, b) => compare(a, b, (x, y) => x >= y),
	in: (a, b) => {
		if (a === undefined || b === undefined) return false;
		return Array.isArray(b) ? b.indexOf(a) !== -1 : a === b;
	},
	"&": (a, b) => {
		const left = asText(a);
		const right = asText(b);
		return left === SLOW || right === SLOW ? SLOW : left + right;
	},
};

function equal(a: unknown, b: unknown): boolean | typeof SLOW {
	if (a === b) return true;
	const bothObjects = typeof a === "object" && typeof b === "object" && a !== null && b !== null;
	return bothObjects ? SLOW : false;
}

function compare(
	a: unknown,
	b: unknown,
	holds: (x: string | number, y: string | number) => boolean,
): boolean | undefined | typeof SLOW {
	if (a === undefined && (b === undefined || isComparable(b))) return undefined;
	if (b === undefined && isComparable(a)) return undefined;
	if (typeof a === "number" && typeof b === "number") return holds(a, b);
	if (typeof a === "string" && typeof b === "string") return holds(a, b);
	return SLOW;
}

function isComparable(value: unknown): boolean {
	return typeof value === "string" || typeof value === "number";
}

function asText(value: unknown): string | typeof SLOW {
	if (typeof value === "string") return value;
	if (value === undefined) return "";
	if (typeof value === "boolean" || value === null || Number.isSafeInteger(value)) return String(value);
	return SLOW;
}
