import { cellsOf } from "./allowance.ts";
import type { Facts } from "./facts.ts";

/**
 * The cells that a call needs at most, for its result and for its work. `weigh` counts, and draws, the cells of an argument's
 * tree.
 */
export type Growth = (args: readonly unknown[], weigh: (value: unknown) => number, facts: Facts) => number;

/** Reads the whole of its arguments, and builds at most `factor` times as much. */
const times =
	(factor: number): Growth =>
	(args, weigh) =>
		factor * args.reduce<number>((sum, arg) => sum + weigh(arg), 0);

/** Reads or arranges references to the items of lists, whatever they hold. */
const references: Growth = (args) => args.reduce<number>((sum, arg) => sum + itemsOf(arg), 1);

/** Looks at one value only. */
const one: Growth = () => 1;

/** Escapes make six characters of one: https://www.rfc-editor.org/rfc/rfc8259#section-7. An indent may be as deep as the value. */
const json: Growth = ([value, isPretty], weigh) => {
	const cells = weigh(value);
	return 7 * cells + (isPretty === true ? cells ** 2 : 0);
};

/** A percent-encoded character has up to nine characters. */
const percentEncoded = times(10);

/** Pictures repeat characters by their length, and by the numbers in them: `[Y,100000000]`. */
function pictureCells(picture: unknown): number {
	const text = typeof picture === "string" ? picture : "";
	const widest = Math.max(0, ...(text.match(/\d+/g) ?? []).map(Number));
	return 16 + (text.length + widest) ** 2;
}

const formatted: Growth = ([, picture, options], weigh) => pictureCells(picture) + 2 * weigh(options);

/** Characters of a text, each of which is looked at by itself. */
const characters: Growth = ([text]) => 2 * lengthOf(text);

/** Reads a text in search of another, at worst from each place on. A regex draws by itself. */
const searched: Growth = ([text, wanted]) =>
	16 + 2 * cellsOf(lengthOf(text)) + (lengthOf(text) * lengthOf(wanted)) / 64;

/** Looks for each of the second argument's texts in each of the first's. */
const eachInEach: Growth = ([texts, wanted], weigh) => weigh(texts) * weigh(wanted);

const amongFiles: Growth = ([patterns], weigh, { changed_files = [] }) => (weigh(patterns) * changed_files.length) / 16;

/** One entry for each function: without an entry there is no bound, and the function cannot be called. */
export const GROWTH: Readonly<Record<string, Growth>> = {
	// numbers
	abs: one,
	ceil: one,
	floor: one,
	round: one,
	sqrt: one,
	power: one,
	number: times(1),
	average: references,
	count: references,
	max: references,
	min: references,
	sum: references,
	formatBase: () => 200,
	// Roman numerals end with the stack, after some ten thousand.
	formatInteger: (args, weigh, facts) => 3000 + formatted(args, weigh, facts),
	formatNumber: formatted,
	parseInteger: ([text, picture]) => pictureCells(picture) + lengthOf(text) * (1 + lengthOf(picture)),
	fromMillis: formatted,
	toMillis: ([text, picture]) =>
		picture === undefined ? 16 + lengthOf(text) : pictureCells(picture) + readings(text, picture),
	// texts
	string: json,
	clone: json,
	length: characters,
	trim: times(2),
	lowercase: times(3),
	uppercase: times(3),
	substring: characters,
	substringBefore: searched,
	substringAfter: searched,
	base64encode: times(3),
	base64decode: times(2),
	decodeUrl: times(2),
	decodeUrlComponent: times(2),
	encodeUrl: percentEncoded,
	encodeUrlComponent: percentEncoded,
	contains: searched,
	// One slot for each place, before they become a text.
	pad: ([text, width, pad]) =>
		2 * lengthOf(text) + (typeof width === "number" ? Math.abs(width) * (1 + cellsOf(lengthOf(pad))) : 0),
	join: (args, weigh) => {
		const [list, separator] = args;
		return weigh(list) + itemsOf(list) * (1 + cellsOf(lengthOf(separator)));
	},
	split: (args, weigh, facts) =>
		searched(args, weigh, facts) + 3 * Math.ceil(lengthOf(args[0]) / Math.max(1, lengthOf(args[1]))),
	match: characters,
	replace: (args, weigh, facts) => {
		const [text, pattern, replacement] = args;
		const length = lengthOf(text);
		const matches = typeof pattern === "string" ? Math.ceil(length / Math.max(1, pattern.length)) : length + 1;
		const groups = typeof replacement === "string" ? replacement.split("$").length - 1 : 0;
		// A group in the replacement is at most as long as the match, and the matches together as long as the text.
		const built = cellsOf(length * (1 + groups)) + cellsOf(matches * lengthOf(replacement)) + matches * groups;
		return searched(args, weigh, facts) + built;
	},
	// lists and objects
	append: references,
	distinct: ([list], weigh) => {
		const cells = weigh(list);
		// Each item is compared with all others; two objects by their sorted keys.
		const isPlain = Array.isArray(list) && list.every((item) => typeof item !== "object");
		return itemsOf(list) * (isPlain ? cells / 128 : cells / 4);
	},
	each: references,
	filter: references,
	keys: references,
	lookup: references,
	map: references,
	merge: times(2),
	reduce: references,
	reverse: references,
	sift: references,
	single: references,
	// jsonata waits for each comparison, which takes a promise.
	sort: ([list]) => 16 * itemsOf(list) * Math.log2(2 + itemsOf(list)),
	spread: times(4),
	zip: references,
	// any value
	assert: times(1),
	boolean: times(1),
	exists: one,
	not: times(1),
	type: one,
	// Healer's own
	glob: eachInEach,
	mentions: eachInEach,
	files: amongFiles,
	share: amongFiles,
	slug: times(4),
	key: times(4),
	command: times(4),
	ours: times(1),
	owner: times(1),
	pullRequest: times(1),
	workflow: times(8),
	log: times(1),
	error: times(1),
	step: times(8),
	job: times(8),
	flaky: one,
};

function lengthOf(text: unknown): number {
	return typeof text === "string" ? text.length : 0;
}

/** A list's length, an object's number of keys and one; 1 for any other value. */
function itemsOf(value: unknown): number {
	if (Array.isArray(value)) return value.length;
	return typeof value === "object" && value !== null ? 1 + Object.keys(value).length : 1;
}

/**
 * In how many ways a text can be read as a date: jsonata compares it with a regex of one part for each `[` of the picture, on an
 * engine that goes back. That is the number of ways to cut the text into as many parts.
 */
function readings(text: unknown, picture: unknown): number {
	const length = lengthOf(text);
	const parts = typeof picture === "string" ? picture.split("[").length - 1 : 0;
	let ways = 1;
	for (let part = 1; part <= Math.min(parts, length); part++) ways *= (length - part + 1) / part;
	return length + ways / 8;
}
