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

/** A log that begins to come; else why it does not, and whether asking for its address anew may help. */
export type OpenedLog =
	| { readonly ok: true; readonly body: ReadableStream<Uint8Array> }
	| { readonly ok: false; readonly why: string; readonly may_come: boolean };

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
// A log is stored some moments after its job ended; storage that is busy is so for moments, too.
const MAY_COME: ReadonlySet<number> = new Set([404, 408, 425, 429]);

/**
 * Fetches a log from the storage that GitHub's redirect leads to, followed by hand: nothing of ours goes there but the
 * address, which is signed for a minute and so is not to be logged.
 */
export async function openLog(address: string, fetcher: typeof fetch, signal: AbortSignal): Promise<OpenedLog> {
	let url = address;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
		if (!isAllowed(url)) return { ok: false, why: "its address is not https", may_come: false };
		const response = await fetcher(url, { redirect: "manual", signal, headers: { "user-agent": "healer" } });
		const { status, body } = response;
		if (status === 200 && body !== null) return { ok: true, body };
		await body?.cancel();
		if (status === 200 || status === 204) return { ok: false, why: "it is empty", may_come: true };
		const location = response.headers.get("location");
		if (!REDIRECTS.has(status) || location === null || !URL.canParse(location, url)) {
			return { ok: false, why: `its storage answered ${status}`, may_come: status >= 500 || MAY_COME.has(status) };
		}
		url = new URL(location, url).href;
	}
	return { ok: false, why: `more than ${MOST_REDIRECTS} redirects`, may_come: false };
}

/** Plain http is for a server on this machine alone. */
function isAllowed(url: string): boolean {
	const { protocol, hostname } = new URL(url);
	return protocol === "https:" || (protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost"));
}
