import { systemClock } from "../runtime/clock.ts";

/** GitHub delivers no payload over 25 MB: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;
// An isolate has 128 MB for all its requests, and a parsed body is several times as large as its text.
const LARGE_BODY_BYTES = 2 * 1024 * 1024;

export type BodyReading =
	| { readonly ok: true; readonly bytes: Uint8Array; release(): void }
	| { readonly ok: false; readonly reason: "too_large" | "busy" | "slow" | "broken" };
type Failure = Extract<BodyReading, { readonly ok: false }>["reason"];

// As long as GitHub itself waits.
const LONGEST_MS = 10_000;
// How often a reader looks whether it lost its place, and one that waits whether there is one.
const LOOK_MS = 50;

/**
 * Reads a body of at most `limit` bytes, for at most ten seconds. An announced length that is too large is rejected at once;
 * the bytes received are counted, and reading stops at the limit. One body over 2 MB is read at a time; others wait for
 * their turn (`LargeBodyPlace`), and are `busy` after a while. The caller releases the bytes when done.
 */
export async function readBody(request: Request, limit: number = MAX_BODY_BYTES): Promise<BodyReading> {
	const announced = Number(request.headers.get("content-length") ?? 0);
	if (announced > limit) return { ok: false, reason: "too_large" };
	if (request.body === null) return { ok: true, bytes: new Uint8Array(), release() {} };
	if (announced > 0 && announced <= SMALL_BODY_BYTES) return await readSmall(request, announced);

	const place = new LargeBodyPlace();
	const reading = await readCounted(request.body, { limit, announced }, place);
	if (!reading.ok) place.leave();
	return reading;
}

// Nearly every delivery is smaller: https://docs.github.com/en/webhooks/webhook-events-and-payloads
const SMALL_BODY_BYTES = 64 * 1024;

/**
 * Reads a small body in one call, which costs half of what a reader does. HTTP ends a body at its announced length
 * (https://www.rfc-editor.org/rfc/rfc9112#section-6.3); one made in this process is cut there, so that its signature is wrong.
 */
async function readSmall(request: Request, announced: number): Promise<BodyReading> {
	const late = Promise.withResolvers<undefined>();
	const timer = setTimeout(() => late.resolve(undefined), LONGEST_MS);
	try {
		const body = await Promise.race([request.arrayBuffer(), late.promise]);
		if (body === undefined) return { ok: false, reason: "slow" };
		return { ok: true, bytes: new Uint8Array(body, 0, Math.min(announced, body.byteLength)), release() {} };
	} catch {
		return { ok: false, reason: "broken" };
	} finally {
		clearTimeout(timer);
	}
}

async function readCounted(
	stream: ReadableStream<Uint8Array>,
	size: { readonly limit: number; readonly announced: number },
	place: LargeBodyPlace,
): Promise<BodyReading> {
	const bytes = new GrowingBytes(size.announced);
	const reader = stream.getReader();
	const began = systemClock.now();
	let failure: Failure | undefined;
	const timer = setInterval(() => {
		if (systemClock.now() - began < LONGEST_MS && !place.isLost) return;
		failure = "slow";
		reader.cancel().catch(() => undefined);
	}, LOOK_MS);
	try {
		if (size.announced > LARGE_BODY_BYTES && !(await place.enter())) failure = "busy";
		while (failure === undefined) {
			const next = await reader.read();
			if (next.done) break;
			const length = bytes.length + next.value.byteLength;
			if (length > size.limit) failure = "too_large";
			else if (length > LARGE_BODY_BYTES && !(await place.enter())) failure ??= "busy";
			if (failure !== undefined) break;
			bytes.push(next.value);
			place.received(next.value.byteLength);
		}
	} catch {
		failure ??= "broken";
	} finally {
		clearInterval(timer);
		reader.releaseLock();
	}
	if (failure === undefined && !place.finish()) failure = "slow";
	return failure === undefined
		? { ok: true, bytes: bytes.take(), release: () => place.leave() }
		: { ok: false, reason: failure };
}

/** Collects chunks in one buffer, which grows with what came: what was only announced takes no memory. */
class GrowingBytes {
	length = 0;
	readonly #announced: number;
	#buffer = new Uint8Array(64 * 1024);

	constructor(announced: number) {
		this.#announced = announced;
	}

	push(chunk: Uint8Array): void {
		const length = this.length + chunk.byteLength;
		if (length > this.#buffer.byteLength) {
			// Only one body at a time is larger than this, and it is allocated once.
			const whole = length > LARGE_BODY_BYTES ? this.#announced : 0;
			const larger = new Uint8Array(Math.max(length, whole, 2 * this.#buffer.byteLength));
			larger.set(this.#buffer.subarray(0, this.length));
			this.#buffer = larger;
		}
		this.#buffer.set(chunk, this.length);
		this.length = length;
	}

	take(): Uint8Array {
		return this.#buffer.subarray(0, this.length);
	}
}

// GitHub waits ten seconds, and the delivery must be read and stored behind this.
const LONGEST_WAIT_MS = 5_000;
// A body of 25 MB that arrives in time is ten times as fast.
const LEAST_BYTES_A_SECOND = 256 * 1024;
const GRACE_MS = 1_000;

/**
 * The one place for a body over 2 MB in this isolate. A body that stalls, or arrives too slowly to come to its end, loses the
 * place to one that waits, so that no sender keeps out all others. Requests share no promise and no timer, which the platform
 * forbids: each looks by itself (https://developers.cloudflare.com/workers/observability/errors/).
 */
class LargeBodyPlace {
	static #taken: LargeBodyPlace | undefined;
	// What came in the current second, and whether the last whole one brought too little.
	#since = 0;
	#bytes = 0;
	#lastCame = 0;
	#wasSlow = false;
	#isFinished = false;
	#wasIn = false;

	/** Whether another body took the place. */
	get isLost(): boolean {
		return this.#wasIn && LargeBodyPlace.#taken !== this;
	}

	/** Waits for the place; false if it was not free in time. Once in, true at once until it is lost. */
	async enter(): Promise<boolean> {
		if (this.#wasIn) return !this.isLost;
		const began = systemClock.now();
		while (!this.#tryToEnter()) {
			if (systemClock.now() - began >= LONGEST_WAIT_MS) return false;
			// Real time: no other request can notify this one that it left.
			await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
		}
		return true;
	}

	received(bytes: number): void {
		this.#bytes += bytes;
		this.#lastCame = systemClock.now();
		if (systemClock.now() - this.#since < GRACE_MS) return;
		this.#wasSlow = this.#isSlow();
		this.#since = systemClock.now();
		this.#bytes = 0;
	}

	/** The body is complete and keeps the place until `leave`; false if it was lost before. */
	finish(): boolean {
		this.#isFinished = true;
		return !this.isLost;
	}

	leave(): void {
		if (LargeBodyPlace.#taken === this) LargeBodyPlace.#taken = undefined;
	}

	#tryToEnter(): boolean {
		const taken = LargeBodyPlace.#taken;
		if (taken !== undefined && !taken.#isTooSlow()) return false;
		LargeBodyPlace.#taken = this;
		this.#wasIn = true;
		this.#since = systemClock.now();
		this.#lastCame = this.#since;
		this.#bytes = 0;
		return true;
	}

	#isTooSlow(): boolean {
		return !this.#isFinished && (this.#wasSlow || this.#isSlow());
	}

	#isSlow(): boolean {
		const now = systemClock.now();
		const took = now - this.#since;
		const isStalled = now - this.#lastCame >= GRACE_MS;
		return isStalled || (took >= GRACE_MS && this.#bytes < (LEAST_BYTES_A_SECOND * took) / 1000);
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
