import type { AST } from "@eslint-community/regexpp";
import { RE2JS } from "re2js";
import { boundedMessage } from "../../expression/bounded-message.ts";
import { parseRegex } from "./regex-syntax.ts";

/** A regex may spend this many steps on each character. The largest regex of the shipped pipeline has half as many. */
const MAX_STEPS = 500;

/** What is wrong with a regex literal, and how to fix it; undefined when it is valid. */
export function regexDiagnostic(source: string): string | undefined {
	let pattern: AST.Pattern;
	try {
		pattern = parseRegex(source);
	} catch (cause) {
		return `This regular expression is not valid in both RE2 and JavaScript: ${reason(cause)}.`;
	}
	const unsupported = findUnsupported(pattern);
	if (unsupported !== undefined) {
		return `RE2 has no ${unsupported}: it works in linear time. Write the regular expression without.`;
	}
	const nested = findBlowUp(pattern);
	if (nested !== undefined) {
		return `This regular expression can blow up: \`${nested.raw}\` repeats what itself repeats without end, so one text can be split in countless ways. Repeat once.`;
	}
	try {
		const steps = RE2JS.compile(source).programSize();
		return steps <= MAX_STEPS ? undefined : tooLarge(steps);
	} catch (cause) {
		return `RE2 rejects this regular expression: ${reason(cause)}.`;
	}
}

function tooLarge(steps: number): string {
	return `This regular expression has ${steps} steps once its counted repetitions are written out, and each character may cost as many; ${MAX_STEPS} are allowed. Repeat fewer times, or without a count.`;
}

function reason(cause: unknown): string {
	return boundedMessage(cause)
		.replace(/^Invalid regular expression: .*: /, "")
		.replace(/^error parsing regexp: /, "")
		.replace(/\.$/, "");
}

function findUnsupported(node: AST.Node): string | undefined {
	if (node.type === "Assertion" && (node.kind === "lookahead" || node.kind === "lookbehind")) {
		return `look-around (\`${node.raw}\`)`;
	}
	if (node.type === "Backreference") {
		return `back-references (\`${node.raw}\`)`;
	}
	return firstOf(childrenOf(node), findUnsupported);
}

/**
 * Finds an unbounded repetition whose body is itself only an unbounded repetition, as in `(a+)+` and `(.*x)*`. A
 * separator that the inner repetition cannot match makes it safe, as in `(\w+,)+`.
 */
function findBlowUp(node: AST.Node): AST.Quantifier | undefined {
	if (node.type === "Quantifier" && isEndless(node) && endlessWithin(node.element)) {
		return node;
	}
	return firstOf(childrenOf(node), findBlowUp);
}

function endlessWithin(element: AST.Node): boolean {
	switch (element.type) {
		case "Group":
		case "CapturingGroup":
			return element.alternatives.some((alternative) =>
				alternative.elements.some(
					(inner) =>
						repeatsEndlessly(inner) &&
						!alternative.elements.some((other) => other !== inner && separates(other, inner)),
				),
			);
		case "Quantifier":
			return isEndless(element) || endlessWithin(element.element);
		default:
			return false;
	}
}

function repeatsEndlessly(element: AST.Node): boolean {
	return (element.type === "Quantifier" && isEndless(element)) || endlessWithin(element);
}

/** Whether `other` must appear between two rounds and shares no character with them. */
function separates(other: AST.Node, inner: AST.Node): boolean {
	const between = charactersOf(other);
	const repeated = charactersOf(inner);
	return between.length > 0 && !canBeEmpty(other) && !between.some((character) => repeated.includes(character));
}

function canBeEmpty(node: AST.Node): boolean {
	switch (node.type) {
		case "Quantifier":
			return node.min === 0 || canBeEmpty(node.element);
		case "Group":
		case "CapturingGroup":
			return node.alternatives.some((alternative) => alternative.elements.every(canBeEmpty));
		case "Assertion":
			return true;
		default:
			return false;
	}
}

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

/** The ASCII characters that the node can match. */
function charactersOf(node: AST.Node): readonly string[] {
	switch (node.type) {
		case "Character":
		case "CharacterSet":
		case "CharacterClass":
		case "ExpressionCharacterClass": {
			const one = new RegExp(`^(?:${node.raw})$`, "u");
			return ASCII.filter((character) => one.test(character));
		}
		default:
			return childrenOf(node).flatMap(charactersOf);
	}
}

function isEndless({ max }: AST.Quantifier): boolean {
	return max === Number.POSITIVE_INFINITY;
}

function childrenOf(node: AST.Node): readonly AST.Node[] {
	switch (node.type) {
		case "Pattern":
		case "Group":
		case "CapturingGroup":
			return node.alternatives;
		case "Assertion":
			return "alternatives" in node ? node.alternatives : [];
		case "Alternative":
			return node.elements;
		case "Quantifier":
			return [node.element];
		default:
			return [];
	}
}

function firstOf<T>(nodes: readonly AST.Node[], find: (node: AST.Node) => T | undefined): T | undefined {
	for (const node of nodes) {
		const found = find(node);
		if (found !== undefined) {
			return found;
		}
	}
	return undefined;
}
