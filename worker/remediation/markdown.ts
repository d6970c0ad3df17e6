const LONGEST = 500;

/**
 * Untrusted text as a code span: no mentions, links or markup. The span's fence is longer than any run of backticks inside;
 * line breaks and invisible characters become spaces. https://spec.commonmark.org/0.31.2/#code-spans
 */
export function asCode(text: string): string {
	const line = text
		.toWellFormed()
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\s]+/gu, " ")
		.trim();
	const cut = line.length > LONGEST ? `${line.slice(0, LONGEST).toWellFormed()}…` : line;
	if (cut === "") return "`(nothing)`";
	const longest = Math.max(0, ...(cut.match(/`+/g) ?? []).map(({ length }) => length));
	const fence = "`".repeat(longest + 1);
	return `${fence} ${cut} ${fence}`;
}

/**
 * An address on the repository's own GitHub, `web`, as a link to itself. Any other is a code span: whoever chose it, a status or
 * a payload, would have people follow it on our word.
 */
export function asLink(url: string, web: string): string {
	const isPlain = url.length <= 2048 && /^https:\/\/[\w.:-]+(\/[\w./%?=&#~:+,;-]*)?$/.test(url);
	return isPlain && URL.parse(url)?.origin === web ? `<${url}>` : asCode(url);
}
