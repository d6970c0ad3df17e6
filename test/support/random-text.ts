import type { Chance } from "./seeded-chance.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

const ALPHABETS: Readonly<Record<string, string>> = {
	alnum: LOWER + UPPER + DIGITS,
	base32: `${UPPER}234567`,
	base64: `${LOWER}${UPPER}${DIGITS}+/`,
	bech32: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
	digit: DIGITS,
	hex: `${DIGITS}abcdef`,
	letter: LOWER + UPPER,
	lower: LOWER + DIGITS,
	strong: `${LOWER}${UPPER}${DIGITS}!#%*+-./:=?@^_~`,
	upper: UPPER + DIGITS,
	url: `${LOWER}${UPPER}${DIGITS}-_`,
};

/** `{36:alnum}` becomes 36 characters of that alphabet, so that no file holds a text which looks like a real secret. */
export function fill(template: string, chance: Chance): string {
	return template.replace(/\{(\d+):(\w+)\}/g, (_all, length: string, name: string) => {
		const alphabet = ALPHABETS[name];
		if (alphabet === undefined) throw new Error(`No alphabet is called ${name}: ${template}`);
		return randomText(Number(length), alphabet, chance);
	});
}

/** Ends in a letter or digit: a real token may end in a dash, but what is cut off there is no secret. */
function randomText(length: number, alphabet: string, chance: Chance): string {
	const letters = Array.from({ length }, () => alphabet.charAt(chance.below(alphabet.length)));
	while (/[^A-Za-z0-9]/.test(letters.at(-1) ?? "a"))
		letters[length - 1] = alphabet.charAt(chance.below(alphabet.length));
	return letters.join("");
}

/** One of `items`. */
export function pick<T>(items: readonly T[], chance: Chance): T {
	const item = items[chance.below(items.length)];
	if (item === undefined) throw new Error("Nothing to pick from");
	return item;
}
