import { type LogLevel, logLine, stackOf } from "../wire/log-line.ts";

/** One line of the log: what happened, and the ids and facts it is about. `cause` is what was thrown. */
export interface LogEntry {
	readonly level: LogLevel;
	readonly message: string;
	readonly cause?: unknown;
	readonly [field: string]: unknown;
}

export type Log = (entry: LogEntry) => void;

/**
 * Entries as JSON, one a line (`wire/log-line.ts`), with the `stack` of the cause. Callers pass names and reasons, never
 * bodies, headers or secrets. Of a cause that is no `Error` only the type is logged: nobody knows what is in it.
 */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
	return ({ level, message, cause, ...fields }) => {
		const stack = stackOf(cause);
		const all = {
			...fields,
			...(cause !== undefined && { cause: cause instanceof Error ? cause.message : typeof cause }),
			...(stack !== undefined && { stack }),
		};
		write(`${logLine(now(), level, message, all)}\n`);
	};
}
