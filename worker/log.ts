import { redactText } from "../pipeline/redaction/redact-text.ts";
import { type LogLevel, logLine, stackOf } from "../wire/log-line.ts";
import { messageOf } from "../wire/message-of.ts";
import { DamagedRow, explainJournalFault, journalFaultOf } from "./journal/d1-error.ts";
import { pendingCounts } from "./runtime/pending-counts.ts";

/** The fields of a line: ids and short facts, never a secret or a payload. `cause` is what was thrown. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>> | WithCause;

interface WithCause {
	readonly cause: unknown;
	readonly [field: string]: unknown;
}

export interface Log {
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
	/** A log whose every line carries these fields, too. */
	with(fields: LogFields): Log;
}

/**
 * Structured logs, one JSON object a line (`wire/log-line.ts`): text from a payload cannot forge a line or colour a
 * terminal. Secrets are redacted. A line of level `error` carries the `stack` of its cause, and is counted for `/metrics`.
 */
export function createLog(
	bound: LogFields = {},
	write: (line: string) => void = writeLine,
	now: () => number = Date.now,
): Log {
	return new BoundLog([bound], write, now);
}

class BoundLog implements Log {
	// Joined by the line that needs them: a getter among them is not called before.
	private readonly bound: readonly LogFields[];
	private readonly write: (line: string) => void;
	private readonly now: () => number;

	constructor(bound: readonly LogFields[], write: (line: string) => void, now: () => number) {
		this.bound = bound;
		this.write = write;
		this.now = now;
	}

	info(message: string, fields?: LogFields): void {
		this.line("info", message, fields);
	}

	warn(message: string, fields?: LogFields): void {
		this.line("warn", message, fields);
	}

	error(message: string, fields?: LogFields): void {
		pendingCounts.add("healer_errors");
		this.line("error", message, fields);
	}

	with(fields: LogFields): Log {
		return new BoundLog([...this.bound, fields], this.write, this.now);
	}

	private line(level: LogLevel, message: string, fields: LogFields = {}): void {
		const shown: Record<string, unknown> = {};
		for (const bound of this.bound) showFields(shown, bound);
		showFields(shown, fields);
		const stack = level === "error" ? stackOf(fields.cause) : undefined;
		if (stack !== undefined) shown.stack = loggedText(stack);
		this.write(logLine(this.now(), level, loggedText(message), shown));
	}
}

function showFields(shown: Record<string, unknown>, fields: LogFields): void {
	for (const name of Object.keys(fields)) {
		const value = name === "cause" ? explainCause(fields.cause) : (fields as Record<string, unknown>)[name];
		shown[name] = typeof value === "string" ? loggedText(value) : value;
	}
}

/** What was thrown, as text. An error of the journal says little by itself: what to do is added to it. */
export function explainCause(cause: unknown): string {
	const text = messageOf(cause);
	// Other messages of D1 are also those of any request that the network failed.
	const fault = /D1_ERROR|SQLITE_/.test(text) ? journalFaultOf(text) : undefined;
	return fault === undefined ? text : `${text}: ${explainJournalFault(fault)}`;
}

/** For people: a damaged row by its column, anything else as a fault of the worker. */
export function describeCause(cause: unknown): string {
	return cause instanceof DamagedRow ? cause.message : `internal error: ${explainCause(cause)}`;
}

/** Redacted before it is cut, and a little beyond the cut, so that it leaves no half of a secret. */
function loggedText(text: string): string {
	if (NO_SECRET.test(text)) return text;
	const redacted = redactText(text.slice(0, LONGEST_TEXT * 8));
	return redacted.length > LONGEST_TEXT ? `${redacted.slice(0, LONGEST_TEXT)}…` : redacted;
}

/** Our own words and ids, which most lines are made of: `redactText` changes none of them, and costs more than the rest of a line. */
const NO_SECRET = /^(?:[a-z]{1,20}(?: [a-z]{1,20})?|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

// Long enough for the frames of a stack that are our own.
const LONGEST_TEXT = 1000;

function writeLine(line: string): void {
	// biome-ignore lint/suspicious/noConsole: the one place that writes logs; the platform collects them from here.
	console.log(line);
}
