import { copyString } from "../text/copy-string.ts";
import { stripEscapes } from "../text/terminal-escapes.ts";

/** Characters kept of one command; scripts longer than this are joined words of one line. */
const LONGEST_COMMAND = 400;
/** The first commands of a script, and the last ones that the output shows. */
const MOST_SCRIPT = 20;
const MOST_SHOWN = 20;

/** What the runner prints after an echoed script. */
const AFTER_SCRIPT = /^(?:shell: |with:|env:)/;

/**
 * Lines that show a command before it runs: npm's and pnpm's `> eslint .`, yarn's `$ eslint .`, `+ eslint .` of `set -x`,
 * `packages/app lint$ eslint .` of pnpm's recursive runs, `[command]/usr/bin/git fetch` of an action.
 */
const SHOWN = /^(?:> |\$ |\++ |\[command\]|[\w@./-]{1,100} [\w:.-]{1,60}\$ )(.+)$/;

/** Lines by which a wrapper names the command that failed. */
const FAILED = [
	/process "(?:\/bin\/(?:ba)?sh (?:-\w+ )*)?(.+)" did not complete successfully/,
	/executor failed running \[(?:\/bin\/(?:ba)?sh (?:-\w+ )*)?(.+)\]: exit code/,
	/building at STEP "RUN (.+)": /,
	/The command '(?:\/bin\/(?:ba)?sh (?:-\w+ )*)?(.+)' returned a non-zero code/,
	/^npm (?:ERR!|error) command (?:sh -c )?(.+)$/,
	/^(?:##\[error\])?The process '(.+)' failed with exit code/,
	/InvocationError for command (.+?) \(exited with code/,
	/Command "(.+)" exited with (?:code )?\d+/,
	/\bERR_PNPM_RECURSIVE\w* .*: `(.+)`$/,
	/^error: script "[^"]+" (?:exited|was terminated) .*: (.+)$/,
] as const;
/** A part of every match of the above, so that most lines are not tried. */
const FAILED_HINT =
	/did not complete|executor failed|at STEP|non-zero code|command |failed with exit|InvocationError|exited with|RECURSIVE/;

/** The commands of the step that a log is in, as its header and its output show them. Their number is bounded. */
export class StepCommands {
	#title: string | undefined;
	#script: string[] = [];
	#inScript = false;
	#shown: string[] = [];

	/** A step begins; `title` is that of its group, without `Run `. */
	start(title: string | undefined): void {
		this.#title = title?.replace(/^Run /, "");
		this.#script = [];
		this.#shown = [];
		this.#inScript = title !== undefined;
	}

	/** A line of the step's header, below its title. */
	addEcho(line: string): void {
		if (line.startsWith("[command]")) this.addOutput(line);
		else if (this.#inScript) this.#addHeader(line);
	}

	#addHeader(line: string): void {
		const text = stripEscapes(line).trim();
		if (AFTER_SCRIPT.test(text)) this.#inScript = false;
		else if (text !== "" && !text.startsWith("#")) this.#addScript(text);
	}

	/** A line of the step's output that begins with one of `>`, `$`, `+`, `[` or contains `$ `. */
	addOutput(line: string): void {
		const command = SHOWN.exec(line)?.[1];
		if (command === undefined) return;
		if (this.#shown.length === MOST_SHOWN) this.#shown.shift();
		this.#shown.push(kept(command));
	}

	/** Script first, then what the output shows. */
	get commands(): readonly string[] {
		const script = this.#script.length > 0 || this.#title === undefined ? this.#script : [kept(this.#title)];
		return [...script, ...this.#shown];
	}

	#addScript(text: string): void {
		const last = this.#script.at(-1);
		if (last?.endsWith("\\")) this.#script[this.#script.length - 1] = kept(`${last.slice(0, -1)}${text}`);
		else if (this.#script.length < MOST_SCRIPT) this.#script.push(kept(text));
	}
}

/** Whether a line shows a command: its words are arguments, not names. */
export function showsCommand(line: string): boolean {
	return SHOWN.test(line);
}

/** The command that a line of a wrapper says has failed. */
export function failedCommand(line: string): string | undefined {
	if (!FAILED_HINT.test(line)) return undefined;
	for (const form of FAILED) {
		const found = form.exec(line)?.[1];
		if (found !== undefined) return kept(found);
	}
	return undefined;
}

function kept(command: string): string {
	return copyString(command.slice(0, LONGEST_COMMAND));
}
