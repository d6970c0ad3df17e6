import { LinearRegex } from "./linear-regex.ts";
import { SLOW } from "./slow.ts";

/** Longer texts are left to jsonata, where the search draws on the evaluation's allowance. */
const LONGEST = 2048;

/** Takes values other than `SLOW` and returns jsonata's result, or `SLOW`. */
type Search = (text: unknown) => unknown;

/** `$match(text, /regex/)` and `$contains(text, /regex/)`, on the engine that jsonata is given. */
export function fastMatch(name: string, literal: unknown): Search | undefined {
	if (!(literal instanceof RegExp)) return undefined;
	let regex: LinearRegex | undefined;
	const search = (matches: (regex: LinearRegex, text: string) => unknown) => (text: unknown) => {
		if (text === undefined) return undefined;
		if (typeof text !== "string" || text.length > LONGEST) return SLOW;
		regex ??= new LinearRegex(literal);
		regex.lastIndex = 0;
		return matches(regex, text);
	};
	switch (name) {
		case "match":
			return search(allMatches);
		case "contains":
			return search((of, text) => of.exec(text) !== null);
		default:
			return undefined;
	}
}

/** All matches as jsonata describes them. It throws at an empty match behind another: it is left to it. */
function allMatches(regex: LinearRegex, text: string): unknown {
	const found: unknown[] = [];
	while (found.length === 0 || regex.lastIndex < text.length) {
		const match = regex.exec(text);
		if (match === null) break;
		const [whole, ...groups] = match;
		if (whole === "") return SLOW;
		found.push({ match: whole, index: match.index, groups });
	}
	return found.length === 0 ? undefined : found.length === 1 ? found[0] : found;
}
