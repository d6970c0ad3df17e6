import { type Command, commandsIn } from "./command-line.ts";

/** Finds the entries whose programs a command runs. */
export class ProgramIndex<Entry> {
	/** By the program's first word; longest phrases first. */
	readonly #phrases = new Map<string, { readonly words: readonly string[]; readonly entry: Entry }[]>();

	constructor(known: readonly { readonly entry: Entry; readonly programs: readonly string[] }[]) {
		for (const { entry, programs } of known) {
			for (const program of programs) this.#add(wordsOf(program.toLowerCase()), entry);
		}
		for (const phrases of this.#phrases.values()) {
			if (phrases.length > 1) phrases.sort((one, other) => other.words.length - one.words.length);
		}
	}

	#add(words: readonly string[], entry: Entry): void {
		const [first = ""] = words;
		const phrases = this.#phrases.get(first) ?? [];
		phrases.push({ words, entry });
		this.#phrases.set(first, phrases);
	}

	/** The entries with the longest phrase that each simple command of the line begins with, in the line's order. */
	find(line: string): readonly { readonly command: Command; readonly entries: readonly Entry[] }[] {
		return commandsIn(line).map((command) => ({ command, entries: this.#entriesOf(command) }));
	}

	#entriesOf(command: Command): readonly Entry[] {
		const phrases = this.#phrases.get((command[0] ?? "").toLowerCase()) ?? [];
		const matching = phrases.filter(({ words }) => beginsWith(command, words));
		const longest = matching[0]?.words.length;
		return matching.filter(({ words }) => words.length === longest).map(({ entry }) => entry);
	}
}

/** Most programs are one word: a thousand of them are read when a pipeline is loaded. */
function wordsOf(program: string): readonly string[] {
	return ONE_WORD.test(program) ? [program] : program.split(/\s+/);
}

const ONE_WORD = /^\S+$/;

/**
 * Whether the command's words are these, flags left out: `npm --prefix web ci` runs `npm ci`. One word behind a flag may be
 * the flag's value, and `cargo +nightly` names a toolchain.
 */
function beginsWith(command: Command, words: readonly string[]): boolean {
	let at = 1;
	for (const word of words.slice(1)) {
		let maySkip = false;
		for (;;) {
			const next = command[at++];
			if (next === undefined) return false;
			if (next.toLowerCase() === word) break;
			if (next.startsWith("-")) maySkip = !next.includes("=");
			else if (next.startsWith("+")) continue;
			else if (maySkip) maySkip = false;
			else return false;
		}
	}
	return true;
}
