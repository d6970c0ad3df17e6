/** What stands in a secret's place: `[redacted: github token]`. `kind` is lower-case words. */
export function redactionMark(kind: string): string {
	return `[redacted: ${kind}]`;
}

/** Matches every mark, so that `split` gives marks at the odd places and what is between them at the even ones. */
export const MARKS = /(\[redacted: [a-z0-9 ]{1,40}\])/;
