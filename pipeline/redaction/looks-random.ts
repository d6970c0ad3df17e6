/**
 * Whether a run of letters and digits looks like a generated secret: digits together with letters of both cases, or
 * with letters beyond hexadecimal ones; or so many changes between the cases as no name has. Digests and ids in
 * lower-case hexadecimal are ordinary in logs.
 */
export function looksRandom(text: string): boolean {
	const isMixed = /[a-z]/.test(text) && /[A-Z]/.test(text);
	return /\d/.test(text) ? isMixed || /[g-z]/i.test(text) : isMixed && isShuffled(text);
}

/** Of the letters of a name in camel case, one in three differs in case from the letter before; of random ones, half. */
function isShuffled(text: string): boolean {
	const letters = text.match(/[A-Za-z]/g)?.length ?? 0;
	const changes = text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
	return letters >= 12 && changes >= 0.38 * (letters - 1);
}
