/** What every command's exit code means; `healer --help` says the same. */
export const EXIT = {
	/** It did what was asked. */
	ok: 0,
	/** It looked and found a problem: a mistake in the pipeline, a failing case, a port that is taken. */
	problem: 1,
	/** It could not begin: unknown option, missing file, unreadable input. */
	usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
