import { type ScalarTag, stringify } from "yaml";

/** Starts with a letter and has nothing that a YAML reader could parse as structure. */
const PLAIN = /^[A-Za-z][\w./@-]*( [\w./@-]+)*$/;

/** Lines of printable characters with no blank ones at the ends: a block literal keeps them unchanged. */
const BLOCK = /^\S(?:.*\S)?\n?$/s;

/** Characters that some readers reject, or read as a line break (YAML 1.1 does for U+0085, U+2028, U+2029). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Noncharacter_Code_Point}/u;

/**
 * A Kubernetes object as YAML that every reader parses to the same object, including kubectl's YAML 1.1 reader: strings
 * that look like numbers, dates or `yes` are quoted, odd characters escaped, long texts kept readable as blocks; no
 * anchors.
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

/** Quotes every string that is not certainly safe without quotes. */
const quotedText: ScalarTag = {
	tag: "tag:yaml.org,2002:str",
	default: true,
	identify: (value) => typeof value === "string" && !PLAIN.test(value) && !isBlock(value),
	// Needs a test: among matching tags one with a test wins, and `<<` has one.
	test: /^/,
	resolve: (text) => text,
	stringify: ({ value }) => quote(String(value)),
};

function isBlock(text: string): boolean {
	return text.includes("\n") && BLOCK.test(text) && !ODD.test(text) && text.isWellFormed();
}

/** JSON is valid YAML. Characters that JSON leaves alone but a YAML reader might not accept are escaped as well. */
function quote(text: string): string {
	return JSON.stringify(text.toWellFormed()).replace(new RegExp(ODD, "gu"), (character) => {
		const code = character.codePointAt(0) ?? 0;
		return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
	});
}
