import type { LogReader } from "../../../pipeline/index.ts";

/** How far a log was read; `cut` says why not to its end. */
export interface ReadLog {
	readonly bytes: number;
	readonly cut?: string;
}

export interface ReadLimits {
	/** Bytes after which the rest is left. */
	readonly bytes: number;
	/** How long nothing may come, in milliseconds. Looked at this often, so it takes up to twice as long. */
	readonly stall_ms: number;
}

export const READ_LIMITS: ReadLimits = { bytes: 256 * 1024 * 1024, stall_ms: 8000 };

/** Lets a log stream through the reader; what came until it broke off stays read. */
export async function readLog(
	body: ReadableStream<Uint8Array>,
	reader: LogReader,
	signal: AbortSignal,
	limits: ReadLimits = READ_LIMITS,
): Promise<ReadLog> {
	const stream = openStream(body);
	const decoder = new TextDecoder();
	let bytes = 0;
	let cut: string | undefined;
	const stop = (why: string) => {
		cut ??= why;
		// Ends the read that waits below; the connection goes with it.
		stream.cancel().catch(() => undefined);
	};
	const onAbort = () => stop("the time for logs was over here");
	signal.addEventListener("abort", onAbort);
	let bytesThen = -1;
	const watch = setInterval(() => {
		if (bytes === bytesThen) stop("nothing more came from here on");
		bytesThen = bytes;
	}, limits.stall_ms);
	try {
		for (let chunk = await stream.read(); chunk !== undefined && cut === undefined; chunk = await stream.read()) {
			bytes += chunk.byteLength;
			reader.write(decoder.decode(chunk, { stream: true }));
			if (bytes > limits.bytes) stop(`only the first ${limits.bytes} bytes were read`);
		}
	} catch {
		cut ??= "the connection broke off here";
	} finally {
		clearInterval(watch);
		signal.removeEventListener("abort", onAbort);
	}
	reader.write(decoder.decode());
	return { bytes, ...(cut !== undefined && { cut }) };
}

interface ByteSource {
	/** Undefined at the end. What was read before may be written over. */
	read(): Promise<Uint8Array | undefined>;
	cancel(): Promise<void>;
}

const BUFFER_BYTES = 256 * 1024;

/**
 * A body from the network fills one buffer over and over: chunks of their own are collected so late that a log of 100 MB
 * would have most of itself in memory.
 */
function openStream(body: ReadableStream<Uint8Array>): ByteSource {
	const buffered = byobReader(body);
	if (buffered === undefined) {
		const reader = body.getReader();
		return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() };
	}
	let buffer = new ArrayBuffer(BUFFER_BYTES);
	return {
		async read() {
			const { value, done } = await buffered.read(new Uint8Array(buffer));
			if (value !== undefined) buffer = value.buffer;
			return done ? undefined : value;
		},
		cancel: () => buffered.cancel(),
	};
}

/** Only a stream of bytes has one. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
	try {
		return body.getReader({ mode: "byob" });
	} catch {
		return undefined;
	}
}
