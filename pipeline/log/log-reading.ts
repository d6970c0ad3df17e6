/**
 * How often, and where, one pattern was found. Line numbers start at 1; `first` and `last` are of lines that were
 * counted. A regex that is only asked for among errors is counted among them alone.
 */
export interface PatternFact {
	/** Lines that match; counting stops at the reader's limit. */
	readonly count: number;
	/** Those of them in the error zone: marked as errors, or near the end of the failing step. */
	readonly errors: number;
	readonly first: number;
	readonly last: number;
}

/** All that is kept of a log: facts for matchers, excerpts for the agent. Its size is bounded, whatever the log's. */
export interface LogReading {
	readonly lines: number;
	readonly bytes: number;
	/** By pattern key (see `log-pattern.ts`); a pattern that never matched is absent. */
	readonly patterns: Readonly<Record<string, PatternFact>>;
	/** The first step that failed, when the log tells: its name in columns, else its group's title (`Run cargo test`). */
	readonly failed_step?: string;
	/**
	 * Regexes that used up their effort on a hostile log, by key: an absent fact of these, or no error in it, means
	 * unknown, not false.
	 */
	readonly gave_up: readonly string[];
	/** Excerpts around errors and matches, and the tail; ANSI and timestamps stripped, cuts marked. */
	readonly excerpt: string;
}
