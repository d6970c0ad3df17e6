/** Exit codes of every command; keep in step with `healer --help`. */
export const EXIT = {
	/** Success. */
	ok: 0,
	/** It ran and found a problem: an error in the pipeline, a failing case, no such incident, no answer. */
	problem: 1,
	/** It could not start: unknown option, missing file, unreadable input, no worker given. */
	usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
