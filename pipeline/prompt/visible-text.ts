/**
 * Control characters, and those that reorder or hide text, made visible: data must look like what it is.
 * Line ends and tabs stay; `oneLine` shows line ends as well.
 */
export function visibleText(text: string, { oneLine = false } = {}): string {
	const plain = text.toWellFormed().replaceAll("\r\n", "\n");
	return plain.replaceAll(oneLine ? INVISIBLE_OR_LINE_END : INVISIBLE, nameOf);
}

// Cc: controls. Cf: bidi controls, zero-width characters, tags. Zl, Zp: Unicode's line ends. Co: private use.
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;
const INVISIBLE_OR_LINE_END = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

function nameOf(char: string): string {
	const code = char.codePointAt(0) ?? 0;
	// The pictures of the ASCII controls stand in their order from U+2400; DEL's is apart.
	if (code < 0x20) return String.fromCodePoint(0x2400 + code);
	if (code === 0x7f) return "\u{2421}";
	return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
