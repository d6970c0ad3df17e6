import { type ScalarTag, stringify } from "yaml";

/** Letters first, and nothing in it that any reader of YAML could take for structure. */
const PLAIN = /^[A-Za-z][\w./@-]*( [\w./@-]+)*$/;

/** Lines of printable characters, no blank ones at the ends: what a block literal keeps as it is. */
const BLOCK = /^\S(?:.*\S)?\n?$/s;

/** Characters that some reader refuses, or takes for the end of a line (YAML 1.1 does with U+0085, U+2028, U+2029). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Noncharacter_Code_Point}/u;

/**
 * A Kubernetes object as YAML that every reader takes for the same object, kubectl's 1.1 reader too: strings that look
 * like numbers, dates or `yes` are quoted, odd characters escaped, long texts kept readable as blocks, no anchors.
 */
export function renderYaml(object: object): string {
	return stringify(object, {
		version: "1.1",
		lineWidth: 0,
		aliasDuplicateObjects: false,
		blockQuote: "literal",
		customTags: (tags) => [quotedText, ...tags],
	});
}

/** Takes every string that is not surely safe otherwise. */
const quotedText: ScalarTag = {
	tag: "tag:yaml.org,2002:str",
	default: true,
	identify: (value) => typeof value === "string" && !PLAIN.test(value) && !isBlock(value),
	// With a test, because of the tags that match one with a test wins, and `<<` has one.
	test: /^/,
	resolve: (text) => text,
	stringify: ({ value }) => quote(String(value)),
};

function isBlock(text: string): boolean {
	return text.includes("\n") && BLOCK.test(text) && !ODD.test(text) && text.isWellFormed();
}

/** JSON is YAML; what JSON leaves as it is but a reader might not, is escaped as well. */
function quote(text: string): string {
	return JSON.stringify(text.toWellFormed()).replace(new RegExp(ODD, "gu"), (character) => {
		const code = character.codePointAt(0) ?? 0;
		return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
	});
}
