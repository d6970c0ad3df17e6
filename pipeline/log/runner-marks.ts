import { copyString } from "../text/copy-string.ts";
import { stripEscapes } from "../text/terminal-escapes.ts";

/**
 * What a line means to the runner. `warning`: one marked as such, which never tells why a job failed. `echo`: source that it prints before running it. `aside`: clean-up after the job.
 * `step_end`: the error that ended a step.
 */
export type LineKind = "plain" | "echo" | "aside" | "group_end" | "warning" | "error" | "step_end";

/** A step as the log shows it: its group's title (`Run cargo test`) and its first line. */
export interface Step {
	readonly title: string;
	readonly line: number;
}

/**
 * Recognises the runner's marks line by line: groups, errors, echoed scripts, the end of a step. Sources:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 * and the runner's sources for the form of marks in the log (`##[error]` for `::error::`).
 */
export class RunnerMarks {
	/** The current step, when known. */
	step: Step | undefined;
	/** The first line that can belong to the current step. */
	stepLine = 0;
	/** A group `Run ...` not yet confirmed as a step: scripts may print such groups themselves. */
	#opened: Step | undefined;
	#inEcho = false;
	#afterJob = false;

	/** The line's own text is from `from` to `end`, not blank. */
	read(text: string, from: number, end: number, line: number): LineKind {
		if (this.#opened) this.#settle(this.#opened, text, from, end);
		const first = text.charCodeAt(from);
		if (first === 0x23 && text.startsWith("##[", from)) return this.#readMark(text, from, end, line);
		if (this.#inEcho) return "echo";
		if (first === 0x5b && text.startsWith("[command]", from)) return this.#afterJob ? "aside" : "echo";
		if (first === 0x3a && (text.startsWith("::error::", from) || text.startsWith("::error ", from))) return "error";
		if (first === 0x3a && (text.startsWith("::warning::", from) || text.startsWith("::warning ", from)))
			return "warning";
		if (first === 0x50 && text.startsWith("Post job cleanup.", from)) this.#leaveJob(line);
		if (first === 0x43 && text.startsWith("Current runner version:", from)) this.#enterJob(line);
		return this.#afterJob ? "aside" : "plain";
	}

	#readMark(text: string, from: number, end: number, line: number): LineKind {
		if (text.startsWith("[error]", from + 2)) {
			this.#inEcho = false;
			return !this.#afterJob && endsStep(text, from + 9) ? "step_end" : "error";
		}
		if (text.startsWith("[endgroup]", from + 2)) {
			this.#inEcho = false;
			return "group_end";
		}
		if (text.startsWith("[group]", from + 2)) {
			this.#inEcho = false;
			if (text.startsWith("Run ", from + 9)) {
				this.#opened = {
					title: copyString(text.slice(from + 9, Math.min(end, from + 9 + LONGEST_TITLE))).trim(),
					line,
				};
				return "echo";
			}
		} else if (text.startsWith("[debug]", from + 2) || text.startsWith("[command]", from + 2)) return "echo";
		if (this.#inEcho) return "echo";
		if (this.#afterJob) return "aside";
		return text.startsWith("[warning]", from + 2) || text.startsWith("[notice]", from + 2) ? "warning" : "plain";
	}

	/** Call after processing the line that ended a step. */
	leaveStep(line: number): void {
		this.step = undefined;
		this.stepLine = line + 1;
	}

	/** The first line in a group tells whether it is a step's header or just a group of that name. */
	#settle(opened: Step, text: string, from: number, end: number): void {
		this.#opened = undefined;
		const isHeader = HEADER_BODY.some((start) => text.startsWith(start, from));
		if (!isHeader && stripEscapes(text.slice(from, end)).trim() !== opened.title.slice("Run ".length)) return;
		this.step = opened;
		this.stepLine = opened.line;
		this.#inEcho = true;
		this.#afterJob = false;
	}

	#leaveJob(line: number): void {
		this.leaveStep(line);
		this.#afterJob = true;
	}

	#enterJob(line: number): void {
		this.leaveStep(line);
		this.#afterJob = false;
	}
}

const LONGEST_TITLE = 200;

/** The runner colours echoed scripts, and prints inputs, environment and shell after them. */
const HEADER_BODY = ["\u001b[36;1m", "with:", "env:", "shell: ", "##[endgroup]", "##[error]"];

/** Errors that the runner, or an action's toolkit, prints last in a step. */
const STEP_ENDS = [
	"Process completed with exit code ",
	"The operation was canceled.",
	"The action '",
	"The process '",
	"The job running on runner ",
	// An action in a container: Docker only ran it.
	"Docker run failed with exit code ",
];

function endsStep(text: string, from: number): boolean {
	const first = text.charCodeAt(from);
	// No closure per line: a log may consist of nothing but errors.
	for (const start of STEP_ENDS) if (start.charCodeAt(0) === first && text.startsWith(start, from)) return true;
	return false;
}
