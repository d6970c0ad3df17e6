/** What other languages write, and what JSONata has instead. Longer ones first. */
const OPERATORS: readonly (readonly [string, string])[] = [
	["===", "JSONata compares with one `=`."],
	["!==", "JSONata writes `!=`."],
	["==", "JSONata compares with one `=`."],
	["&&", "JSONata writes `and`."],
	["||", "JSONata writes `or`."],
	["<>", "JSONata writes `!=`."],
	["=~", "JSONata matches a text with `$contains(text, /regex/)`."],
	["!", "JSONata writes `$not(...)`."],
];

/** Words that are operators elsewhere. */
const WORDS: Readonly<Record<string, string>> = {
	AND: "JSONata writes `and` in lower case.",
	OR: "JSONata writes `or` in lower case.",
	IN: "JSONata writes `in` in lower case.",
	is: "JSONata compares with `=`.",
	contains: "JSONata writes `$contains(text, part)`.",
	matches: "JSONata writes `$contains(text, /regex/)`.",
};

/**
 * What JSONata writes instead of another language's operator at which an expression stops being JSONata; an empty text if
 * there is none. `start` is where the unexpected token begins: it may be the operator's second character.
 */
export function operatorHint(text: string, start: number): string {
	if (/\bnot\s+$/.test(text.slice(0, start))) return " JSONata writes `$not(...)`.";
	const [word = ""] = /^\w+/.exec(text.slice(start)) ?? [];
	if (Object.hasOwn(WORDS, word)) return ` ${WORDS[word]}`;
	const found = OPERATORS.find(([operator]) => touches(text, operator, start));
	return found === undefined ? "" : ` ${found[1]}`;
}

function touches(text: string, operator: string, start: number): boolean {
	return Array.from(operator, (_, index) => start - index).some((at) => at >= 0 && text.startsWith(operator, at));
}
