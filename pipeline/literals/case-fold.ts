/**
 * Letters that differ from their lower case in more than one way, by Unicode's simple case folding. RE2 with the flag
 * `i` treats each group as one letter. https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt
 */
const SAME_LETTER: readonly string[] = [
	"kK\u212a",
	"sS\u017f",
	"åÅ\u212b",
	"ωΩ\u2126",
	"µμΜ",
	"σςΣ",
	"βϐΒ",
	"θϑΘ\u03f4",
	"εϵΕ",
];

/** Every UTF-16 unit that is the same letter as `unit`, ignoring case; includes `unit`. */
export function spellings(unit: number): readonly number[] {
	const letter = String.fromCharCode(unit);
	const found = new Set([unit]);
	for (const other of [letter.toLowerCase(), letter.toUpperCase(), letter.toUpperCase().toLowerCase()]) {
		// U+0131 (dotless i) becomes "I" in upper case, yet is another letter.
		if (other.length === 1 && !(unit > 0x7f && other.charCodeAt(0) <= 0x7f)) found.add(other.charCodeAt(0));
	}
	for (const group of SAME_LETTER) {
		if (group.includes(letter)) for (const other of group) found.add(other.charCodeAt(0));
	}
	return [...found];
}
