import type { AST } from "@eslint-community/regexpp";
import type { LogPattern } from "../../log/log-pattern.ts";
import { parseRegex } from "./regex-syntax.ts";

/**
 * What a part of a regex implies about the texts that it matches. `exact`: all these texts, when there
 * are few. `needed`: every match contains at least one of them.
 */
interface Knowledge {
	readonly exact?: readonly string[];
	readonly needed?: readonly string[];
}

const NOTHING: Knowledge = {};
const EMPTY: Knowledge = { exact: [""] };
/** Few enough to search for at once, and to combine with neighbours. */
const MOST_EXACT = 24;
const MOST_NEEDED = 64;
const LONGEST = 64;
const MOST_COPIES = 8;

/**
 * Literals in lower case, such that every match of the pattern contains at least one: the most selective set that the
 * regex's structure gives. Empty when there is none, as for `/\d+/`, or none that tells lines apart, as for `/ /`. Letters beyond ASCII count only if they have no
 * case, because RE2's case folding and `toLowerCase` differ on the others. One folding of RE2 is ignored: `ſ` and `K`
 * (Kelvin) as `s` and `k` under the flag `i`.
 */
export function logLiterals(pattern: LogPattern): readonly string[] {
	if (pattern.kind !== "regex") {
		return pattern.text === "" ? [] : [pattern.text.toLowerCase()];
	}
	return literalsOf(pattern.source, (text) => text.toLowerCase());
}

/**
 * The same literals as a regex without the flag `i` spells them. Undefined where they are others, because there are more
 * spellings than can be searched for.
 */
export function spelledLiterals({
	source,
	flags,
}: LogPattern & { readonly kind: "regex" }): readonly string[] | undefined {
	if (flags.includes("i") || MODIFIER.test(source)) return undefined;
	const spelled = literalsOf(source, (text) => text);
	const known = new Set(literalsOf(source, (text) => text.toLowerCase()));
	const lower = new Set(spelled.map((text) => text.toLowerCase()));
	return lower.size === known.size && [...known].every((text) => lower.has(text)) ? spelled : undefined;
}

/** `(?i:error)` */
const MODIFIER = /\(\?[a-z-]+[:)]/;

/** How a character is to be searched for. */
type Spell = (text: string) => string;

function literalsOf(source: string, spell: Spell): readonly string[] {
	const literals = asNeeded(ofAlternatives(parseRegex(source).alternatives, spell)) ?? [];
	return literals.length > 0 && selectivity(literals) >= LEAST_SELECTIVE ? literals : [];
}

/** What is less selective is in most lines, often many times: to look for it would take longer than to try each line. */
const LEAST_SELECTIVE = 0.6;

function ofAlternatives(alternatives: readonly AST.Alternative[], spell: Spell): Knowledge {
	const parts = alternatives.map((alternative) => ofAlternative(alternative, spell));
	if (parts.length === 1) {
		return parts[0] ?? NOTHING;
	}
	const exact = bounded(parts.flatMap((part) => part.exact ?? []));
	const needed = smallest(parts.flatMap((part) => asNeeded(part) ?? []));
	return {
		...(parts.every((part) => part.exact) && exact && { exact }),
		...(parts.every((part) => asNeeded(part)) && needed.length <= MOST_NEEDED && { needed }),
	};
}

/** Combines neighbours while all their texts are known. Each combined run is a candidate. */
function ofAlternative(alternative: AST.Alternative, spell: Spell): Knowledge {
	const candidates: (readonly string[])[] = [];
	let joined: readonly string[] = [""];
	let whole = true;
	for (const element of alternative.elements) {
		const { exact, needed, repeated } = ofElement(element, spell);
		const crossed = exact && bounded(cross(joined, exact));
		if (crossed && !repeated) {
			joined = crossed;
			continue;
		}
		whole = false;
		candidates.push(crossed ?? joined);
		if (needed) {
			candidates.push(needed);
		}
		joined = exact ?? [""];
	}
	if (whole) {
		return { exact: joined };
	}
	const needed = mostSelective([...candidates, joined]);
	return needed ? { needed } : NOTHING;
}

/** `repeated`: `exact` holds what the part begins and ends with; more of the same may lie between. */
function ofElement(element: AST.Element, spell: Spell): Knowledge & { readonly repeated?: boolean } {
	switch (element.type) {
		case "Character":
			return ofCharacters([[element.value, element.value]], spell);
		case "CharacterClass":
			return element.negate ? NOTHING : ofClass(element, spell);
		case "Group":
		case "CapturingGroup":
			return ofAlternatives(element.alternatives, spell);
		case "Quantifier":
			return ofQuantifier(element, spell);
		case "Assertion":
			return EMPTY;
		case "CharacterSet":
		case "ExpressionCharacterClass":
		case "Backreference":
			return NOTHING;
		default:
			throw new Error(`regexpp has an element of a new type: ${JSON.stringify(element satisfies never)}`);
	}
}

function ofQuantifier(
	{ element, min, max }: AST.Quantifier,
	spell: Spell,
): Knowledge & { readonly repeated?: boolean } {
	const inner = ofElement(element, spell);
	if (min === 0) {
		const exact = max === 1 && inner.exact && bounded(["", ...inner.exact]);
		return exact ? { exact } : NOTHING;
	}
	const least = inner.exact && power(inner.exact, Math.min(min, MOST_COPIES));
	if (least && min === max && min <= MOST_COPIES) {
		return { exact: least };
	}
	const edge = least ?? inner.exact;
	const needed = asNeeded(inner);
	return { ...(edge && { exact: edge, repeated: true }), ...(needed && { needed }) };
}

function ofClass(element: AST.CharacterClass, spell: Spell): Knowledge {
	const ranges: [number, number][] = [];
	for (const part of element.elements) {
		if (part.type === "Character") {
			ranges.push([part.value, part.value]);
		} else if (part.type === "CharacterClassRange") {
			ranges.push([part.min.value, part.max.value]);
		} else {
			return NOTHING;
		}
	}
	return ofCharacters(ranges, spell);
}

function ofCharacters(ranges: readonly (readonly [number, number])[], spell: Spell): Knowledge {
	const exact: string[] = [];
	for (const [first, last] of ranges) {
		if (last - first >= MOST_EXACT) {
			return NOTHING;
		}
		for (let code = first; code <= last; code++) {
			const character = String.fromCodePoint(code);
			if (code > 0x7f && character.toLowerCase() !== character.toUpperCase()) {
				return NOTHING;
			}
			exact.push(spell(character));
		}
	}
	const few = bounded(exact);
	return few && few.length > 0 ? { exact: few } : NOTHING;
}

function asNeeded({ exact, needed }: Knowledge): readonly string[] | undefined {
	return mostSelective([...(exact ? [exact] : []), ...(needed ? [needed] : [])]);
}

/** The most selective set; ties go to the smallest one. */
function mostSelective(sets: readonly (readonly string[])[]): readonly string[] | undefined {
	const usable = sets.filter((set) => set.length > 0 && shortest(set) > 0).map(smallest);
	return usable.reduce<readonly string[] | undefined>((best, set) => {
		if (best === undefined) {
			return set;
		}
		const gain = selectivity(set) - selectivity(best) || best.length - set.length;
		return gain > 0 ? set : best;
	}, undefined);
}

/** That of its least selective text. */
function selectivity(set: readonly string[]): number {
	return Math.min(...set.map(textSelectivity));
}

/** Its length, but less for what is in most lines, whatever they say. */
function textSelectivity(text: string): number {
	if (COMMON.test(text.toLowerCase())) return 1;
	return text.length === 1 || SIGNS.test(text) ? text.length / 4 : text.length;
}

/** Blanks and ASCII signs: `: `, `/` and ` (` are in more lines than any word. */
const SIGNS = /^[ !-/:-@[-`{-~]*$/;

/** Words that occur in most failed logs: alone, they would run the regex on every line that contains one. */
const COMMON =
	/^[\s:]*(errors?|err|fail|failed|fails|failures?|exception|warnings?|not|found|in|is|the|to|of|for|with|was)[\s:]*$/;

function shortest(set: readonly string[]): number {
	return Math.min(...set.map((text) => text.length));
}

/** Drops texts that contain another text of the set. */
function smallest(set: readonly string[]): readonly string[] {
	const once = [...new Set(set)];
	return once.filter((text) => !once.some((other) => other !== text && text.includes(other)));
}

function cross(left: readonly string[], right: readonly string[]): readonly string[] {
	return left.flatMap((a) => right.map((b) => a + b));
}

function power(set: readonly string[], times: number): readonly string[] | undefined {
	let result: readonly string[] | undefined = [""];
	for (let time = 0; time < times && result; time++) {
		result = bounded(cross(result, set));
	}
	return result;
}

function bounded(set: readonly string[]): readonly string[] | undefined {
	const once = [...new Set(set)];
	return once.length <= MOST_EXACT && once.every((text) => text.length <= LONGEST) ? once : undefined;
}
