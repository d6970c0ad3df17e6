/** Limits of a log reader, independent of the log. Characters are UTF-16 units. */
export interface LogLimits {
	/** Characters searched per line: three quarters at its start, one quarter at its end. */
	readonly longest_line: number;
	/** Lines before the end of a step (or of the log) that form the error zone; blank lines and repeats do not count. */
	readonly zone_lines: number;
	/** Matching lines after which a pattern is no longer counted. */
	readonly count: number;
	/** Excerpt size in UTF-8. */
	readonly excerpt_bytes: number;
	readonly excerpt_lines: number;
	/**
	 * Characters that all regexes together may process outside error zones: this fixed amount, plus a share of what was
	 * read.
	 */
	readonly regex_characters: number;
	readonly regex_share: number;
	/** The same, in error zones. */
	readonly zone_regex_characters: number;
}

export const LOG_LIMITS: LogLimits = {
	longest_line: 4096,
	zone_lines: 80,
	count: 1000,
	excerpt_bytes: 24 * 1024,
	excerpt_lines: 400,
	regex_characters: 64 * 1024,
	regex_share: 0.05,
	zone_regex_characters: 192 * 1024,
};
