/** GitHub delivers no payload over 25 MB: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;
// An isolate has 128 MB for all its requests, and a parsed body is many times its text.
const LARGE_BODY_BYTES = 2 * 1024 * 1024;

export type BodyReading =
	| { readonly ok: true; readonly bytes: Uint8Array; release(): void }
	| { readonly ok: false; readonly reason: "too_large" | "busy" | "slow" | "broken" };
type Failure = Extract<BodyReading, { readonly ok: false }>["reason"];

// As long as GitHub itself waits; a large body that never ends would keep its place for ever.
const LONGEST_MS = 10_000;

// One large body at a time in this isolate.
let largeBodyIsOpen = false;

/**
 * Reads a body of at most `limit` bytes. Its announced length is believed when it is too large; what really comes is
 * counted, and no more than the limit is read. Over 2 MB it has to be the only such body: `busy` otherwise. Whoever
 * gets the bytes releases them when done.
 */
export async function readBody(request: Request, limit: number = MAX_BODY_BYTES): Promise<BodyReading> {
	const announced = Number(request.headers.get("content-length") ?? 0);
	if (announced > limit) return { ok: false, reason: "too_large" };
	if (request.body === null) return { ok: true, bytes: new Uint8Array(), release() {} };
	if (announced > 0 && announced <= LARGE_BODY_BYTES) return await readSmall(request, limit);

	const slot = new LargeBodySlot();
	if (announced > LARGE_BODY_BYTES && !slot.take()) return { ok: false, reason: "busy" };
	const reading = await readCounted(request.body, limit, slot);
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
	limit: number,
	slot: LargeBodySlot,
): Promise<BodyReading> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	let failure: Failure | undefined;
	const reader = stream.getReader();
	const stop = (reason: Failure): void => {
		failure ??= reason;
		reader.cancel().catch(() => undefined);
	};
	const timer = setTimeout(() => stop("slow"), LONGEST_MS);
	try {
		for (let next = await reader.read(); !next.done && failure === undefined; next = await reader.read()) {
			size += next.value.byteLength;
			if (size > limit) stop("too_large");
			else if (size > LARGE_BODY_BYTES && !slot.take()) stop("busy");
			else chunks.push(next.value);
		}
	} catch {
		failure ??= "broken";
	} finally {
		clearTimeout(timer);
	}
	if (failure !== undefined) return { ok: false, reason: failure };
	return { ok: true, bytes: join(chunks, size), release: () => slot.release() };
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
	const [only] = chunks;
	if (only !== undefined && chunks.length === 1) return only;
	const bytes = new Uint8Array(size);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.byteLength;
	}
	return bytes;
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
