import { type ToolRegex, toolRegex } from "./tool-regex.ts";

/** Finds phrases as whole words in the names that people give to steps, jobs and workflows; case does not count. */
export class WordIndex<Entry> {
	readonly #phrases: readonly Phrase<Entry>[];

	constructor(entries: readonly { readonly entry: Entry; readonly words: readonly string[] }[]) {
		const byLength: Phrase<Entry>[][] = [];
		for (const { entry, words } of entries) {
			for (const word of words) {
				const phrase = phraseOf(entry, word);
				byLength[phrase.length] ??= [];
				byLength[phrase.length]?.push(phrase);
			}
		}
		this.#phrases = byLength.reverse().flat();
	}

	/** The longest phrase that the name has; the first entry among equals. */
	find(whole: string): Entry | undefined {
		const name = whole.slice(0, LONGEST_NAME);
		// `cargoClippy` is two words, `CodeQL` and `GitHub` are one.
		const text = spaced(name) + spaced(name.toLowerCase());
		return this.#phrases.find(({ phrase, regex }) => (regex === undefined ? text.includes(phrase) : regex().test(name)))
			?.entry;
	}
}

/** In characters: GitHub's own names of jobs and steps are shorter, and what is longer is nobody's name. */
const LONGEST_NAME = 1000;

interface Phrase<Entry> {
	readonly entry: Entry;
	/** The phrase's words, as `spaced` writes them, and their length. */
	readonly phrase: string;
	readonly length: number;
	/** What is tested in place of the phrase. */
	readonly regex: (() => RegExp) | undefined;
}

function phraseOf<Entry>(entry: Entry, word: string): Phrase<Entry> {
	const phrase = spaced(word);
	const regex = toolRegex(word);
	return { entry, phrase, length: phrase.trim().length, regex: regex && once(regex) };
}

/** The build refuses a regex that can blow up, and names are short: RE2 would take longer to compile than these to run. */
function once({ source, flags }: ToolRegex): () => RegExp {
	let compiled: RegExp | undefined;
	return () => {
		compiled ??= new RegExp(source, flags);
		return compiled;
	};
}

/** Most entries are one: thousands are read when a pipeline is loaded. */
const ONE_WORD = /^[a-z\d]+$/;

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
