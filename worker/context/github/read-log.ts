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
	const stream = body.getReader();
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
		for (let next = await stream.read(); !next.done && cut === undefined; next = await stream.read()) {
			bytes += next.value.byteLength;
			reader.write(decoder.decode(next.value, { stream: true }));
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
