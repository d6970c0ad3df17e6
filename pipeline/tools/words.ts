import { type ToolRegex, toolRegex } from "./tool-regex.ts";

/** Finds phrases as whole words in the names that people give to steps, jobs and workflows; case does not count. */
export class WordIndex<Entry> {
	/** The longest phrases first; the first entry among equals. */
	readonly #entries: readonly Entry[];
	/** The place of each phrase in `#entries`, by its words with one blank between. */
	readonly #phrases = new Map<string, number>();
	readonly #regexes: { readonly place: number; readonly regex: () => RegExp }[] = [];
	/** How many words the phrase of the most words has. */
	#most = 0;

	constructor(entries: readonly { readonly entry: Entry; readonly words: readonly string[] }[]) {
		const byLength: Written<Entry>[][] = [];
		for (const { entry, words } of entries) {
			for (const word of words) {
				const phrase = wordsOf(word);
				const key = phrase.join(" ");
				byLength[key.length] ??= [];
				byLength[key.length]?.push({ entry, word, key });
				this.#most = Math.max(this.#most, phrase.length);
			}
		}
		const written = byLength.reverse().flat();
		this.#entries = written.map(({ entry }) => entry);
		for (let place = 0; place < written.length; place++) this.#add(written[place] as Written<Entry>, place);
	}

	#add({ word, key }: Written<Entry>, place: number): void {
		const regex = toolRegex(word);
		if (regex !== undefined) this.#regexes.push({ place, regex: once(regex) });
		else if (!this.#phrases.has(key)) this.#phrases.set(key, place);
	}

	/** The longest phrase that the name has; the first entry among equals. */
	find(whole: string): Entry | undefined {
		const name = whole.slice(0, LONGEST_NAME);
		// `cargoClippy` is two words, `CodeQL` and `GitHub` are one.
		const found = Math.min(this.#firstIn(wordsOf(name)), this.#firstIn(wordsOf(name.toLowerCase())));
		const matching = this.#regexes.find(({ place, regex }) => place >= found || regex().test(name));
		return this.#entries[Math.min(found, matching?.place ?? found)];
	}

	/** The first place of a phrase among these words; `Infinity` if there is none. */
	#firstIn(words: readonly string[]): number {
		let found = Number.POSITIVE_INFINITY;
		for (let from = 0; from < words.length; from++) {
			let phrase = "";
			for (let at = from; at < Math.min(words.length, from + this.#most); at++) {
				phrase = at === from ? (words[at] as string) : `${phrase} ${words[at]}`;
				found = Math.min(found, this.#phrases.get(phrase) ?? found);
			}
		}
		return found;
	}
}

/** In characters: GitHub's own names of jobs and steps are shorter, and what is longer is nobody's name. */
const LONGEST_NAME = 1000;

interface Written<Entry> {
	readonly entry: Entry;
	readonly word: string;
	/** Its words with one blank between. */
	readonly key: string;
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

/** `cargo` and `clippy` for `Cargo-Clippy`. `c++`, `c#` and `.net` stay words. */
function wordsOf(text: string): readonly string[] {
	if (ONE_WORD.test(text)) return [text];
	return withoutCamelCase(text)
		.split(/[^a-z0-9+#.]+|\.(?![a-z0-9])/)
		.filter((word) => word !== "");
}

/** In lower case; `cargoClippy` becomes two words. */
export function withoutCamelCase(name: string): string {
	return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
}
