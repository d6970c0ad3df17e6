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
	find(name: string): Entry | undefined {
		// `cargoClippy` is two words, `CodeQL` and `GitHub` are one.
		const text = spaced(name) + spaced(name.toLowerCase());
		return this.#phrases.find(({ test }) => test(text, name))?.entry;
	}
}

interface Phrase<Entry> {
	readonly entry: Entry;
	readonly length: number;
	readonly test: (spaced: string, name: string) => boolean;
}

/** Most entries are one: thousands are read when a pipeline is loaded. */
const ONE_WORD = /^[a-z\d]+$/;
const REGEX = /^\/(.+)\/(i?)$/;

function testOf(word: string, phrase: string): Phrase<unknown>["test"] {
	const [, source, flags] = REGEX.exec(word) ?? [];
	if (source === undefined) return (text) => text.includes(phrase);
	const regex = new RegExp(source, flags);
	return (_, name) => regex.test(name);
}

/** ` cargo clippy ` for `Cargo-Clippy`: one blank between words and at both ends. `c++`, `c#` and `.net` stay words. */
function spaced(text: string): string {
	if (ONE_WORD.test(text)) return ` ${text} `;
	const words = text
		.replace(/([a-z\d])([A-Z])/g, "$1 $2")
		.toLowerCase()
		.split(/[^a-z0-9+#.]+|\.(?![a-z0-9])/)
		.filter((word) => word !== "");
	return ` ${words.join(" ")} `;
}
