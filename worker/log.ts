import { redactText } from "../pipeline/redaction/redact-text.ts";
import { DamagedRow, explainJournalFault, journalFaultOf } from "./journal/d1-error.ts";
import { textOf } from "./runtime/text-of.ts";

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

/** Structured logs: one JSON object a line, so that text from a payload cannot forge a line or colour a terminal, and secrets redacted. */
export function createLog(bound: LogFields = {}, write: (line: string) => void = writeLine): Log {
	return new BoundLog(bound, write);
}

class BoundLog implements Log {
	private readonly bound: LogFields;
	private readonly write: (line: string) => void;

	constructor(bound: LogFields, write: (line: string) => void) {
		this.bound = bound;
		this.write = write;
	}

	info(message: string, fields?: LogFields): void {
		this.line("info", message, fields);
	}

	warn(message: string, fields?: LogFields): void {
		this.line("warn", message, fields);
	}

	error(message: string, fields?: LogFields): void {
		this.line("error", message, fields);
	}

	with(fields: LogFields): Log {
		return new BoundLog({ ...this.bound, ...fields }, this.write);
	}

	private line(level: Level, message: string, fields?: LogFields): void {
		const line: Record<string, unknown> = { level, message, ...this.bound, ...fields };
		for (const [name, value] of Object.entries(line)) if (typeof value === "string") line[name] = loggedText(value);
		this.write(JSON.stringify(line));
	}
}

/** What was thrown, as text. An error of the journal says little by itself: what to do is added to it. */
export function messageOf(cause: unknown): string {
	const text = textOf(cause);
	// Other messages of D1 are also those of any request that the network failed.
	const fault = /D1_ERROR|SQLITE_/.test(text) ? journalFaultOf(text) : undefined;
	return fault === undefined ? text : `${text}: ${explainJournalFault(fault)}`;
}

/** For people: a damaged row by its column, anything else as a fault of the worker. */
export function describeCause(cause: unknown): string {
	return cause instanceof DamagedRow ? cause.message : `internal error: ${messageOf(cause)}`;
}

/** Redacted before it is cut, and a little beyond the cut, so that it leaves no half of a secret. */
function loggedText(text: string): string {
	const redacted = redactText(text.slice(0, LONGEST_TEXT * 8));
	return redacted.length > LONGEST_TEXT ? `${redacted.slice(0, LONGEST_TEXT)}…` : redacted;
}

const LONGEST_TEXT = 500;

function writeLine(line: string): void {
	// biome-ignore lint/suspicious/noConsole: the one place that writes logs; the platform collects them from here.
	console.log(line);
}
