import type { Findings } from "../findings/findings.ts";

/**
 * How often and where one pattern was found. Line numbers start at 1; `first` and `last` refer to counted lines. A
 * regex that only `$error` uses is counted only among errors.
 */
export interface PatternFact {
	/** Its last line in the error zone of the first log that has one there. Absent in readings of earlier versions. */
	readonly error?: ErrorLine;
	/** Matching lines; counting stops at the reader's limit. */
	readonly count: number;
	/** Those in the error zone: marked as errors, or near the end of the failed step. */
	readonly errors: number;
	readonly first: number;
	readonly last: number;
}

/** One line near an error, without secrets. */
export interface ErrorLine {
	/** Which of the joined logs, from 0: an index of `steps`. */
	readonly log: number;
	/** The line's number, from 1, in the joined log. */
	readonly line: number;
	/** Cut to a readable length. */
	readonly text: string;
	/** The line that its message begins with, if it is another: `error: this function has too many arguments`. */
	readonly headline?: string;
}

/** The step that failed in one log. Texts are cut and without secrets. */
export interface FailedStep {
	/** What it ran: its script, then commands that its output shows. */
	readonly commands: readonly string[];
	/** Commands that its output says have failed. */
	readonly failed: readonly string[];
	/** Its first lines that are marked as errors, without the mark. */
	readonly errors: readonly string[];
	/** The last lines before its end, if none is marked as an error. */
	readonly last: readonly string[];
}

/** Everything kept of a log: facts for matchers, excerpts for the agent. Its size is bounded for any log. */
export interface LogReading {
	readonly lines: number;
	readonly bytes: number;
	/** By pattern key (see `log-pattern.ts`); patterns without a match are absent. */
	readonly patterns: Readonly<Record<string, PatternFact>>;
	/** The first step that failed, when known: its name in the columns, else its group's title (`Run cargo test`). */
	readonly failed_step?: string;
	/** What the failed step of each log says has failed. Absent if nothing, and in readings of earlier versions. */
	readonly findings?: readonly Findings[];
	/** One for each log that was joined. Absent in readings of earlier versions. */
	readonly steps?: readonly FailedStep[];
	/**
	 * Keys of regexes that used up their budget. For these, an absent fact, or a fact without errors, means unknown
	 * instead of false.
	 */
	readonly gave_up: readonly string[];
	/** Excerpts around errors and matches, and the tail, without ANSI escapes and timestamps; cuts are marked. */
	readonly excerpt: string;
}
