/** Levels of a log line, as OpenTelemetry names them in lower case. */
export type LogLevel = "info" | "warn" | "error";

/**
 * One line of the logs of worker, relay and hub: JSON with `time` (ISO 8601, UTC), `level`, `message`, then ids and facts.
 * JSON keeps text from outside within its line.
 */
export function logLine(
	nowMs: number,
	level: LogLevel,
	message: string,
	fields: Readonly<Record<string, unknown>> = {},
): string {
	return JSON.stringify({ time: new Date(nowMs).toISOString(), level, message, ...fields });
}

/** The stack of what was thrown, without its first line, which is the message again; undefined where it has none. */
export function stackOf(cause: unknown): string | undefined {
	if (!(cause instanceof Error) || cause.stack === undefined) return undefined;
	const frames = cause.stack.split("\n").filter((line) => /^\s+at /.test(line));
	return frames.length === 0 ? undefined : frames.map((line) => line.trim()).join("\n");
}
