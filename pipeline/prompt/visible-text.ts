/**
 * Makes control characters, characters that reorder or hide text, and blanks other than a space visible: data must look
 * like what it is. Line ends and tabs stay; `oneLine` also shows line ends.
 */
export function visibleText(text: string, { oneLine = false } = {}): string {
	const plain = text.toWellFormed().replaceAll("\r\n", "\n");
	return plain.replaceAll(oneLine ? INVISIBLE_OR_LINE_END : INVISIBLE, nameOf);
}

// Cc: controls. Cf, DI: bidi controls, zero-width characters, tags, fillers, selectors. Zl, Zp: Unicode line ends. Zs:
// blanks. Co: private use. U+2800 renders as nothing. Tools write one selector after an emoji, which is kept.
const HIDDEN = String.raw`\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\p{Zs}\p{Co}\u{2800}`;
const INVISIBLE = new RegExp(String.raw`[[${HIDDEN}]--[ \t\n]](?<!\p{Emoji}\u{FE0F})`, "gv");
const INVISIBLE_OR_LINE_END = new RegExp(String.raw`[[${HIDDEN}]--[ \t]](?<!\p{Emoji}\u{FE0F})`, "gv");

function nameOf(char: string): string {
	const code = char.codePointAt(0) ?? 0;
	// The pictures of the ASCII controls are in order from U+2400; DEL's is separate.
	if (code < 0x20) return String.fromCodePoint(0x2400 + code);
	if (code === 0x7f) return "\u{2421}";
	return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
