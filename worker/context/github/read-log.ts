import type { LogReader } from "../../../pipeline/index.ts";

/** How far a log was read; `cut` is the reason if not to its end. */
export interface ReadLog {
	readonly bytes: number;
	readonly cut?: string;
}

export interface ReadLimits {
	/** The rest is skipped after this many bytes. */
	readonly bytes: number;
	/** How long the stream may be silent, in milliseconds. Checked at this interval, so it takes up to twice as long. */
	readonly stallMs: number;
}

export const READ_LIMITS: ReadLimits = { bytes: 256 * 1024 * 1024, stallMs: 8000 };

/** Streams a log through the reader; if it breaks off, the part read until then counts. */
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
		// Ends the pending read below and closes the connection.
		stream.cancel().catch(() => undefined);
	};
	const onAbort = () => stop("the time for logs was used up here");
	signal.addEventListener("abort", onAbort);
	let bytesThen = -1;
	const watch = setInterval(() => {
		if (bytes === bytesThen) stop("no more data arrived from here on");
		bytesThen = bytes;
	}, limits.stallMs);
	try {
		for (let chunk = await stream.read(); chunk !== undefined && cut === undefined; chunk = await stream.read()) {
			bytes += chunk.byteLength;
			reader.write(decoder.decode(chunk, { stream: true }));
			if (bytes > limits.bytes) stop(`only the first ${limits.bytes} bytes were read`);
		}
	} catch {
		cut ??= "the connection was lost here";
	} finally {
		clearInterval(watch);
		signal.removeEventListener("abort", onAbort);
	}
	reader.write(decoder.decode());
	return { bytes, ...(cut !== undefined && { cut }) };
}

interface ByteSource {
	/** Undefined at the end. The next read may overwrite the result of the previous one. */
	read(): Promise<Uint8Array | undefined>;
	cancel(): Promise<void>;
}

const BUFFER_BYTES = 256 * 1024;

/**
 * Reads a network body into one reused buffer: separate chunks are garbage-collected so late that most of a 100 MB log would
 * be in memory at once.
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

/** Only byte streams have a BYOB reader. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
	try {
		return body.getReader({ mode: "byob" });
	} catch {
		return undefined;
	}
}

/** A log whose body arrives; else why it does not, and whether a new URL may help. */
export type OpenedLog =
	| { readonly ok: true; readonly body: ReadableStream<Uint8Array> }
	| { readonly ok: false; readonly why: string; readonly mayCome: boolean };

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
// A log is stored some moments after its job ended, and busy storage recovers within moments.
const MAY_COME: ReadonlySet<number> = new Set([404, 408, 425, 429]);

/**
 * Fetches a log from the storage that GitHub redirects to. Redirects are followed by hand: the storage gets nothing but the
 * URL, without our credentials. The URL is signed for a minute, so it must not be logged.
 */
export async function openLog(address: string, fetcher: typeof fetch, signal: AbortSignal): Promise<OpenedLog> {
	let url = address;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
		if (!isAllowed(url)) return { ok: false, why: "its URL is not https", mayCome: false };
		const response = await fetcher(url, { redirect: "manual", signal, headers: { "user-agent": "healer" } });
		const { status, body } = response;
		if (status === 200 && body !== null) return { ok: true, body };
		await body?.cancel();
		if (status === 200 || status === 204) return { ok: false, why: "it is empty", mayCome: true };
		const location = response.headers.get("location");
		if (!REDIRECTS.has(status) || location === null || !URL.canParse(location, url)) {
			return { ok: false, why: `its storage answered ${status}`, mayCome: status >= 500 || MAY_COME.has(status) };
		}
		url = new URL(location, url).href;
	}
	return { ok: false, why: `more than ${MOST_REDIRECTS} redirects`, mayCome: false };
}

/** Plain http is allowed for this machine only. */
function isAllowed(url: string): boolean {
	const { protocol, hostname } = new URL(url);
	return protocol === "https:" || (protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost"));
}
