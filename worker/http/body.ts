/** GitHub delivers no payload over 25 MB: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;
// An isolate has 128 MB for all its requests, and a parsed body is several times as large as its text.
const LARGE_BODY_BYTES = 2 * 1024 * 1024;

export type BodyReading =
	| { readonly ok: true; readonly bytes: Uint8Array; release(): void }
	| { readonly ok: false; readonly reason: "too_large" | "busy" | "slow" | "broken" };
type Failure = Extract<BodyReading, { readonly ok: false }>["reason"];

// As long as GitHub itself waits. A large body that never ends would occupy the only slot.
const LONGEST_MS = 10_000;

// One large body at a time in this isolate.
let largeBodyIsOpen = false;

/**
 * Reads a body of at most `limit` bytes. An announced length that is too large is rejected at once; the bytes received are
 * counted, and reading stops at the limit. Only one body over 2 MB is read at a time: otherwise `busy`. The caller releases
 * the bytes when done.
 */
export async function readBody(request: Request, limit: number = MAX_BODY_BYTES): Promise<BodyReading> {
	const announced = Number(request.headers.get("content-length") ?? 0);
	if (announced > limit) return { ok: false, reason: "too_large" };
	if (request.body === null) return { ok: true, bytes: new Uint8Array(), release() {} };
	if (announced > 0 && announced <= LARGE_BODY_BYTES) return await readSmall(request, limit);

	const slot = new LargeBodySlot();
	if (announced > LARGE_BODY_BYTES && !slot.take()) return { ok: false, reason: "busy" };
	const reading = await readCounted(request.body, { limit, announced }, slot);
	if (!reading.ok) slot.release();
	return reading;
}

async function readSmall(request: Request, limit: number): Promise<BodyReading> {
	try {
		const bytes = new Uint8Array(await request.arrayBuffer());
		return bytes.byteLength > limit ? { ok: false, reason: "too_large" } : { ok: true, bytes, release() {} };
	} catch {
		return { ok: false, reason: "broken" };
	}
}

async function readCounted(
	stream: ReadableStream<Uint8Array>,
	size: { readonly limit: number; readonly announced: number },
	slot: LargeBodySlot,
): Promise<BodyReading> {
	const bytes = new GrowingBytes(size.announced);
	const reader = stream.getReader();
	let failure: Failure | undefined;
	const timer = setTimeout(() => {
		failure = "slow";
		reader.cancel().catch(() => undefined);
	}, LONGEST_MS);
	try {
		for (let next = await reader.read(); !next.done; next = await reader.read()) {
			const { value } = next;
			if (bytes.length + value.byteLength > size.limit) failure = "too_large";
			else if (bytes.length + value.byteLength > LARGE_BODY_BYTES && !slot.take()) failure = "busy";
			if (failure !== undefined) break;
			bytes.push(value);
		}
	} catch {
		failure ??= "broken";
	} finally {
		clearTimeout(timer);
		reader.releaseLock();
	}
	return failure === undefined
		? { ok: true, bytes: bytes.take(), release: () => slot.release() }
		: { ok: false, reason: failure };
}

/** Collects chunks in one buffer, allocated with the announced size, so that nothing is held twice. */
class GrowingBytes {
	length = 0;
	private buffer: Uint8Array;

	constructor(announced: number) {
		this.buffer = new Uint8Array(announced > 0 ? announced : 64 * 1024);
	}

	push(chunk: Uint8Array): void {
		const length = this.length + chunk.byteLength;
		if (length > this.buffer.byteLength) {
			const larger = new Uint8Array(Math.max(length, 2 * this.buffer.byteLength));
			larger.set(this.buffer);
			this.buffer = larger;
		}
		this.buffer.set(chunk, this.length);
		this.length = length;
	}

	take(): Uint8Array {
		return this.buffer.subarray(0, this.length);
	}
}

class LargeBodySlot {
	private taken = false;

	take(): boolean {
		if (this.taken) return true;
		if (largeBodyIsOpen) return false;
		largeBodyIsOpen = true;
		this.taken = true;
		return true;
	}

	release(): void {
		if (this.taken) largeBodyIsOpen = false;
		this.taken = false;
	}
}

export type JsonReading = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

// JSON text is UTF-8 without a byte order mark: https://www.rfc-editor.org/rfc/rfc8259#section-8.1
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text; undefined if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}

/** Parses a text; not `ok` if it is not JSON. */
export function parseJson(text: string | undefined): JsonReading {
	if (text === undefined) return { ok: false };
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false };
	}
}
