import { createWriteStream, renameSync, statSync, type WriteStream } from "node:fs";
import * as z from "zod";
import { type LogLevel, logLine } from "../../wire/log-line.ts";
import { messageOf } from "../../wire/message-of.ts";

/** The hub's log file: JSON lines of the worker, the relay and the hub (`wire/log-line.ts`). */
export interface HubLog {
	/** Appends one line as it is. Never waits for the disk. */
	write(line: string): void;
	/** Settles once every line accepted so far is in the file, or could not be written. */
	flush(): Promise<void>;
}

/** The file before is kept beside the present one, as `hub.log.1`. */
const ROTATE_AT_BYTES = 16 * 1024 * 1024;
/** The most that waits in memory for a slow disk. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * Opens the log file for appending. Lines that do not fit into the buffer, or onto the disk, are dropped and counted in the
 * next line that is written: a full disk must not stop deliveries.
 */
export function openHubLog(file: string, also?: (line: string) => void): HubLog {
	let stream: WriteStream | undefined;
	let size = 0;
	let dropped = { lines: 0, why: "" };

	function drop(why: string): void {
		dropped = { lines: dropped.lines + 1, why };
	}

	function open(): WriteStream {
		const opened = createWriteStream(file, { flags: "a", mode: 0o600, highWaterMark: BUFFER_BYTES });
		size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
		// The lines that it still holds are dropped one by one, by the callbacks of their writes.
		opened.on("error", () => {
			if (stream === opened) stream = undefined;
		});
		return opened;
	}

	/** What the old file's stream still holds goes into the renamed file. */
	function rotate(): void {
		stream?.end();
		stream = undefined;
		renameSync(file, `${file}.1`);
	}

	function append(text: string): void {
		size += Buffer.byteLength(text);
		stream?.write(text, (error) => {
			if (error) drop(messageOf(error));
		});
	}

	return {
		write(line) {
			also?.(line);
			stream ??= open();
			if (size > ROTATE_AT_BYTES) {
				rotate();
				stream = open();
			}
			if (stream.writableLength >= BUFFER_BYTES) return drop("the disk is too slow");
			if (dropped.lines > 0) {
				// A failed write may have left half a line.
				append(`\n${droppedLine(dropped)}\n`);
				dropped = { lines: 0, why: "" };
			}
			append(`${line}\n`);
		},
		flush: async () => {
			const { promise, resolve } = Promise.withResolvers<void>();
			if (stream === undefined) resolve();
			else stream.write("", () => resolve());
			await promise;
		},
	};
}

/** A line of the hub itself. */
export function hubLine(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): string {
	return logLine(Date.now(), level, message, { source: "hub", ...fields });
}

const wholeLine = z.looseObject({ time: z.iso.datetime(), level: z.string(), message: z.string() });

/** A line of the local runtime: the worker's as it is; workerd's own, whatever it begins with, is put into the log's schema. */
export function runtimeLine(level: string, message: string): string {
	if (isWhole(message)) return message;
	const known = level === "warn" || level === "error" ? level : "info";
	return logLine(Date.now(), known, message, { source: "workerd" });
}

function isWhole(line: string): boolean {
	if (!line.startsWith("{") || line.includes("\n")) return false;
	try {
		return wholeLine.safeParse(JSON.parse(line)).success;
	} catch {
		return false;
	}
}

function droppedLine({ lines, why }: { readonly lines: number; readonly why: string }): string {
	return hubLine("warn", `${lines} lines are missing here: ${why}`);
}
