/**
 * A text as a double-quoted literal that LogQL and PromQL read back unchanged: both use Go's escapes
 * (https://go.dev/ref/spec#String_literals). Everything but printable ASCII is escaped, since their scanners reject
 * some of it. An unpaired surrogate becomes U+FFFD.
 */
export function quotedText(text: string): string {
	const escaped = text.toWellFormed().replace(/["\\]|[^ -~]/gu, (character) => {
		if (character === '"' || character === "\\") return `\\${character}`;
		const code = character.codePointAt(0) ?? 0;
		return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
	});
	return `"${escaped}"`;
}

/** A text as the literal of an RE2 regex that matches only this text. */
export function quotedRegex(text: string): string {
	return quotedText(text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&"));
}

function hex(code: number, digits: number): string {
	return code.toString(16).padStart(digits, "0");
}
