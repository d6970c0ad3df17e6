import type { Output } from "../output.ts";

/** Beyond this, lines are dropped: the terminal is not being read (Ctrl-S, a pager). */
const HELD_AT_MOST_BYTES = 64 * 1024;

/** The part of a standard stream that this file uses. */
export interface TerminalStream {
	readonly writableLength: number;
	write(text: string): boolean;
	once(event: "drain", listener: () => void): unknown;
	on(event: "error", listener: (error: Error) => void): unknown;
	removeAllListeners(event: "error"): unknown;
}

/**
 * Output for a process that must never wait for its reader: never blocks, buffers a bounded number of lines, and
 * reports how many it dropped once it is read again. A closed terminal, or a full disk behind it, loses lines and stops
 * nothing.
 */
export function outputThatNeverWaits(output: Output, stdout: TerminalStream, stderr: TerminalStream): Output {
	return { ...output, line: lineWriter(stdout), problem: lineWriter(stderr) };
}

function lineWriter(stream: TerminalStream): (text: string) => void {
	doNotBlock(stream);
	stream.removeAllListeners("error");
	stream.on("error", () => undefined);
	let dropped = 0;
	function sayDropped(): void {
		stream.write(`(${dropped} lines dropped here because the terminal was not read. They are in the log.)\n`);
		dropped = 0;
	}
	return (text) => {
		if (stream.writableLength < HELD_AT_MOST_BYTES) return void stream.write(`${text}\n`);
		dropped++;
		if (dropped === 1) stream.once("drain", sayDropped);
	};
}

/**
 * Node writes to terminals synchronously and has no public API to change that:
 * https://nodejs.org/api/process.html#a-note-on-process-io
 */
function doNotBlock(stream: object): void {
	if (!("_handle" in stream)) return;
	const handle = stream._handle as { setBlocking?(blocking: boolean): unknown } | null | undefined;
	handle?.setBlocking?.(false);
}
