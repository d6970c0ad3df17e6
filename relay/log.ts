/** One line of log: what happened, and the fields that tell which delivery and CodeRun it was about. */
export interface LogEntry {
	readonly level: "info" | "warn" | "error";
	readonly event: string;
	readonly [field: string]: unknown;
}

export type Log = (entry: LogEntry) => void;

/** Entries as JSON, one a line. Callers pass names and reasons, never bodies, headers or secrets. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
	return (entry) => write(`${JSON.stringify({ time: new Date(now()).toISOString(), ...entry })}\n`);
}
