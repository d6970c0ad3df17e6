/** Replaces a secret: `[redacted: github token]`. `kind` is lower-case words. */
export function redactionMark(kind: string): string {
	return `[redacted: ${kind}]`;
}

/** Matches every mark: `split` gives marks at odd indexes and the text between them at even ones. */
export const MARKS = /(\[redacted: [a-z0-9 ]{1,40}\])/;
