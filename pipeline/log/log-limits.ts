/** How much a log reader keeps and does, whatever the log. Characters are UTF-16 units. */
export interface LogLimits {
	/** Characters of a line that are searched: three quarters at its start, one at its end. */
	readonly longest_line: number;
	/** Lines before a step's end (or the log's) that make the error zone; blank ones and repeats do not count. */
	readonly zone_lines: number;
	/** Matching lines after which a pattern is not counted any further. */
	readonly count: number;
	/** Of the excerpt, in UTF-8. */
	readonly excerpt_bytes: number;
	readonly excerpt_lines: number;
	/** Characters that all regexes together may be tried on outside error zones: this much, and a part of what was read. */
	readonly regex_characters: number;
	readonly regex_share: number;
	/** The same in error zones. */
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
