/** A run of this many base64 characters may be a line of a key whose beginning is missing. */
const KEY_RUN = 60;
/** A run of this many letters and digits may be a token without a telling text. */
const BARE_RUN = 22;

/** Whether the text has a run of base64 as long as a key's lines. */
export function hasKeyRun(text: string): boolean {
	return hasRun(text, KEY_RUN, BASE64);
}

/** Whether the text has a run of letters and digits as long as in a token. */
export function hasBareRun(text: string): boolean {
	return hasRun(text, BARE_RUN, ALPHANUMERIC);
}

/** Whether `least` characters of an alphabet are in a row. Mostly reads one character of as many. */
function hasRun(text: string, least: number, alphabet: Uint8Array): boolean {
	let start = 0;
	while (start + least <= text.length) {
		let at = start + least - 1;
		while (at >= start && isOf(alphabet, text.charCodeAt(at))) at--;
		if (at < start) return true;
		start = at + 1;
	}
	return false;
}

function isOf(alphabet: Uint8Array, unit: number): boolean {
	return unit < alphabet.length && alphabet[unit] === 1;
}

const ALPHANUMERIC = alphabetOf(/[A-Za-z0-9]/);
const BASE64 = alphabetOf(/[A-Za-z0-9+/]/);

function alphabetOf(letter: RegExp): Uint8Array {
	return Uint8Array.from({ length: 0x7b }, (_, unit) => (letter.test(String.fromCharCode(unit)) ? 1 : 0));
}
