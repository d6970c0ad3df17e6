type Level = "info" | "warn" | "error";

/** What a line says beside its message: ids and short facts. Never a secret, never a payload. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
	/** A log whose every line carries these fields, too. */
	with(fields: LogFields): Log;
}

/** Structured logs: one JSON object a line, so that text from a payload cannot forge a line or colour a terminal. */
export function createLog(bound: LogFields = {}, write: (line: string) => void = writeLine): Log {
	const at = (level: Level) => (message: string, fields?: LogFields) =>
		write(JSON.stringify({ level, message, ...bound, ...fields }, cutText));
	return {
		info: at("info"),
		warn: at("warn"),
		error: at("error"),
		with: (fields) => createLog({ ...bound, ...fields }, write),
	};
}

/** What was thrown, as text. JSONata throws plain objects with a `message`. */
export function messageOf(cause: unknown): string {
	if (typeof cause === "object" && cause !== null && "message" in cause) return String(cause.message);
	return String(cause);
}

const LONGEST_TEXT = 500;

function cutText(_key: string, value: unknown): unknown {
	return typeof value === "string" && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}

function writeLine(line: string): void {
	// biome-ignore lint/suspicious/noConsole: the one place that writes logs; the platform collects them from here.
	console.log(line);
}
