import { type Command, commandsIn } from "./command-line.ts";

/** Finds the entries whose programs a command runs. */
export class ProgramIndex<Entry> {
	/** By the program's first word. */
	readonly #phrases = new Map<string, Phrase<Entry>[]>();

	constructor(known: readonly { readonly entry: Entry; readonly programs: readonly string[] }[]) {
		for (const { entry, programs } of known) {
			for (const program of programs) this.#add(program.toLowerCase(), entry);
		}
	}

	#add(program: string, entry: Entry): void {
		const end = program.search(BLANK);
		const first = end === -1 ? program : program.slice(0, end);
		const phrases = this.#phrases.get(first);
		if (phrases === undefined) this.#phrases.set(first, [{ program, entry }]);
		else phrases.push({ program, entry });
	}

	/** The entries with the longest phrase that each simple command of the line begins with, in the line's order. */
	find(line: string): readonly { readonly command: Command; readonly entries: readonly Entry[] }[] {
		return commandsIn(line).map((command) => ({ command, entries: this.#entriesOf(command) }));
	}

	#entriesOf(command: Command): readonly Entry[] {
		const program = (command[0] ?? "").toLowerCase();
		const phrases = this.#phrases.get(program) ?? this.#phrases.get(toolOfAction(program) ?? "") ?? [];
		const matching = phrases
			.map(({ program, entry }) => ({ words: program.split(BLANK), entry }))
			.filter(({ words }) => beginsWith(command, words));
		const longest = Math.max(...matching.map(({ words }) => words.length));
		return matching.filter(({ words }) => words.length === longest).map(({ entry }) => entry);
	}
}

/** What an action that no entry has is called after: `gitleaks` for `someone/gitleaks-action`. */
function toolOfAction(program: string): string | undefined {
	const [, behind, before] = ACTION_OF.exec(program) ?? [];
	return behind ?? before;
}

const ACTION_OF = /^[\w-]+\/(?:(?:github-)?action-([\w-]+)|([\w-]+?)-(?:github-)?action)$/;

interface Phrase<Entry> {
	/** Its words, as written but in lower case: a thousand of them are read when a pipeline is loaded, and few are looked up. */
	readonly program: string;
	readonly entry: Entry;
}

const BLANK = /\s+/;

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
