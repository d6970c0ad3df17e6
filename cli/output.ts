import { styleText } from "node:util";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** A command's output: results go to `line`, everything else to `problem`. Nothing else writes to the terminal. */
export interface Output {
	/** One line of the result, to standard output. */
	line(text: string): void;
	/** One line about a problem, to standard error. */
	problem(text: string): void;
	/** `text` in a colour, only on a terminal; respects NO_COLOR (https://no-color.org). */
	paint(colour: Colour, text: string): string;
	/** Columns of the terminal; undefined if there is none. */
	readonly width?: number | undefined;
	/** Whether `problem` may use colour. */
	readonly colourfulProblems: boolean;
}

export type Colour = "red" | "green" | "yellow" | "dim" | "bold";

export function createOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
	for (const stream of [stdout, stderr]) {
		// `healer explain ... | head` closes the pipe early; that is not a failure.
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
		});
	}
	return {
		line: (text) => void stdout.write(`${text}\n`),
		problem: (text) => void stderr.write(`${text}\n`),
		paint: (colour, text) => styleText(colour, text, { stream: stdout }),
		get width() {
			return stdout.isTTY ? stdout.columns : undefined;
		},
		colourfulProblems: styleText("red", "x", { stream: stderr }) !== "x",
	};
}

/** Shows why the command ends, and returns the exit code that it ends with. */
export function exitWith(output: Output, problem: string, code: ExitCode = EXIT.problem): ExitCode {
	output.problem(problem);
	return code;
}
