/**
 * Whether a run of letters and digits looks like a generated secret: digits together with letters of both cases, or
 * with letters beyond hexadecimal ones. Digests and ids in lower-case hexadecimal are ordinary in logs; names have no
 * digits.
 */
export function looksRandom(text: string): boolean {
	if (!/\d/.test(text)) return false;
	return (/[a-z]/.test(text) && /[A-Z]/.test(text)) || /[g-z]/i.test(text);
}
