import { toolRegex } from "./tool-regex.ts";

/** Finds phrases as whole words in the names that people give to steps, jobs and workflows; case does not count. */
export class WordIndex<Entry> {
	readonly #phrases: readonly Phrase<Entry>[];

	constructor(entries: readonly { readonly entry: Entry; readonly words: readonly string[] }[]) {
		this.#phrases = entries
			.flatMap(({ entry, words }) =>
				words.map((word) => {
					const phrase = spaced(word);
					return { entry, test: testOf(word, phrase), length: phrase.trim().length };
				}),
			)
			.toSorted((one, other) => other.length - one.length);
	}

	/** The longest phrase that the name has; the first entry among equals. */
	find(whole: string): Entry | undefined {
		const name = whole.slice(0, LONGEST_NAME);
		// `cargoClippy` is two words, `CodeQL` and `GitHub` are one.
		const text = spaced(name) + spaced(name.toLowerCase());
		return this.#phrases.find(({ test }) => test(text, name))?.entry;
	}
}

/** In characters: GitHub's own names of jobs and steps are shorter, and what is longer is nobody's name. */
const LONGEST_NAME = 1000;

interface Phrase<Entry> {
	readonly entry: Entry;
	readonly length: number;
	readonly test: (spaced: string, name: string) => boolean;
}

/** Most entries are one: thousands are read when a pipeline is loaded. */
const ONE_WORD = /^[a-z\d]+$/;

function testOf(word: string, phrase: string): Phrase<unknown>["test"] {
	const regex = toolRegex(word);
	if (regex === undefined) return (text) => text.includes(phrase);
	const { source, flags } = regex;
	// The build refuses a regex that can blow up, and names are short: RE2 would take longer to compile than these to run.
	const compiled = new RegExp(source, flags);
	return (_, name) => compiled.test(name);
}

/** ` cargo clippy ` for `Cargo-Clippy`: one blank between words and at both ends. `c++`, `c#` and `.net` stay words. */
function spaced(text: string): string {
	if (ONE_WORD.test(text)) return ` ${text} `;
	const words = withoutCamelCase(text)
		.split(/[^a-z0-9+#.]+|\.(?![a-z0-9])/)
		.filter((word) => word !== "");
	return ` ${words.join(" ")} `;
}

/** In lower case; `cargoClippy` becomes two words. */
export function withoutCamelCase(name: string): string {
	return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
}
