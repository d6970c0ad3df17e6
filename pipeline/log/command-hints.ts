/** Where a line's text is: behind the runner's prefix, and its first visible character. */
export interface LineBounds {
	readonly from: number;
	readonly visible: number;
	readonly end: number;
}

const LONGEST_SHOWN_COMMAND = 2000;
/** Of a script's or package's name before `$ `, with what colours it. */
const LONGEST_SCRIPT_NAME = 160;

/** Finds the few lines that may show a command, without a look at every character of the others. */
export class CommandHints {
	#text = "";
	/** The first `$ ` of the text at or behind the last line asked for. */
	#dollar = -1;

	/** Commands are shown behind `>`, `$` or `+`, maybe coloured, or behind the name of a script and `$ `. */
	mayShowCommand(text: string, { from, visible, end }: LineBounds): boolean {
		const first = text.charCodeAt(visible);
		const isMarked = first === 0x3e || first === 0x24 || first === 0x2b;
		// Blanks before the mark: no command. An escape sequence: pnpm and yarn colour what they run.
		if (isMarked && (visible === from || text.charCodeAt(from) === 0x1b)) return end - from < LONGEST_SHOWN_COMMAND;
		const dollar = this.#nextDollar(text, from);
		return dollar !== -1 && dollar < Math.min(end - 1, from + LONGEST_SCRIPT_NAME);
	}

	/** Lines come in their order, so each part of a text is searched once. */
	#nextDollar(text: string, from: number): number {
		const isKnown = this.#text === text && (this.#dollar === -1 || this.#dollar >= from);
		if (!isKnown) {
			this.#text = text;
			this.#dollar = text.indexOf("$ ", from);
		}
		return this.#dollar;
	}
}
