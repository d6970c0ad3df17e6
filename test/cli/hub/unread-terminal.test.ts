import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { outputThatNeverWaits } from "../../../cli/hub/unread-terminal.ts";
import { recordedOutput } from "../recorded-output.ts";

/** A stream whose reader stops until `read` is called. */
function unreadStream() {
	const texts: string[] = [];
	let resume: (() => void) | undefined;
	const stream = new Writable({
		decodeStrings: false,
		write(chunk, _encoding, done) {
			texts.push(String(chunk));
			if (resume === undefined) resume = done;
			else done();
		},
	});
	return { stream, texts, read: () => resume?.() };
}

it("buffers 64 KB for a stalled reader, then reports how many lines were dropped", async () => {
	const { stream, texts, read } = unreadStream();
	const output = outputThatNeverWaits(recordedOutput(), stream, unreadStream().stream);
	const line = "x".repeat(1023);
	for (let number = 0; number < 100; number++) output.line(line);
	expect(stream.writableLength).toBe(64 * 1024);
	read();
	await new Promise((resolve) => setImmediate(resolve));
	expect(texts).toHaveLength(65);
	expect(texts.at(-1)).toBe("(36 lines dropped here because the terminal was not read. They are in the log.)\n");
	output.line("more");
	expect(texts.at(-1)).toBe("more\n");
});

it("continues when the terminal is closed or its disk is full", () => {
	const { stream } = unreadStream();
	const output = outputThatNeverWaits(recordedOutput(), unreadStream().stream, stream);
	stream.emit("error", Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
	expect(() => output.problem("still here")).not.toThrow();
});
