/** How every mark begins. */
export const MARK_START = "[redacted:";

/** Replaces a secret: `[redacted: github token]`. `kind` is lower-case words. */
export function redactionMark(kind: string): string {
	return `${MARK_START} ${kind}]`;
}

/** Matches every mark: `split` gives marks at odd indexes and the text between them at even ones. */
export const MARKS = /(\[redacted: [a-z0-9 ]{1,40}\])/;
