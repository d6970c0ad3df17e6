import { describe, expect, it, vi } from "vitest";
import { MAX_BODY_BYTES, readBody } from "../../../worker/http/body.ts";
import { passTimeUntil } from "../support/clock.ts";

const MB = 1024 * 1024;

describe("readBody", () => {
	it("gives the bytes as they came", async () => {
		const read = await readBody(post(new Uint8Array([0xff, 0, 0x7b])));
		expect(read.ok && [...read.bytes]).toEqual([0xff, 0, 0x7b]);
	});

	it("gives nothing for no body", async () => {
		const read = await readBody(new Request("http://h/", { method: "POST" }));
		expect(read.ok && read.bytes.byteLength).toBe(0);
	});

	it("trusts no announced length: more than that is cut off, less is what came", async () => {
		const sent = (announced: string) =>
			new Request("http://h/", {
				method: "POST",
				body: new Blob([new Uint8Array([1, 2, 3, 4])]).stream(),
				headers: { "content-length": announced },
			});
		const shorter = await readBody(sent("3"));
		expect(shorter.ok && [...shorter.bytes]).toEqual([1, 2, 3]);
		const longer = await readBody(sent("5"));
		expect(longer.ok && [...longer.bytes]).toEqual([1, 2, 3, 4]);
	});

	it("gives up a small body that does not come", { timeout: 20_000 }, async () => {
		const late = new Request("http://h/", {
			method: "POST",
			body: new ReadableStream({ type: "bytes", pull: () => new Promise(() => undefined) }),
			headers: { "content-length": "10" },
		});
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		try {
			const reading = readBody(late);
			vi.advanceTimersByTime(9_999);
			expect(await Promise.race([reading, "waiting"])).toBe("waiting");
			vi.advanceTimersByTime(1);
			expect(await reading).toEqual({ ok: false, reason: "slow" });
		} finally {
			vi.useRealTimers();
		}
	});

	it("refuses an announced length over 25 MB without reading", async () => {
		let pulled = 0;
		const request = stream(() => pulled++ < 100, 1024, { "content-length": String(MAX_BODY_BYTES + 1) });
		expect(await readBody(request)).toEqual({ ok: false, reason: "too_large" });
		// What the stream itself fetches ahead; nobody read.
		expect(pulled).toBeLessThanOrEqual(2);
	});

	it("stops reading once more than the limit has come, whatever was announced", async () => {
		let pulled = 0;
		const request = stream(() => {
			pulled++;
			return true;
		}, MB);
		expect(await readBody(request)).toEqual({ ok: false, reason: "too_large" });
		expect(pulled).toBeLessThanOrEqual(28);
	});

	it("takes exactly the limit, and not one byte more", async () => {
		const exact = await readBody(post(new Uint8Array(MAX_BODY_BYTES)));
		expect(exact.ok).toBe(true);
		if (exact.ok) exact.release();
		expect(await readBody(post(new Uint8Array(MAX_BODY_BYTES + 1)))).toEqual({ ok: false, reason: "too_large" });
	});

	it("reads one body over 2 MB at a time, and the next when the first is released", async () => {
		const first = await readBody(post(new Uint8Array(3 * MB)));
		expect(first.ok).toBe(true);
		expect(await passTimeUntil(readBody(post(new Uint8Array(3 * MB))))).toEqual({ ok: false, reason: "busy" });
		// Small ones pass meanwhile.
		expect(await readBody(post(new Uint8Array(2 * MB)))).toMatchObject({ ok: true });

		if (first.ok) first.release();
		const second = await readBody(post(new Uint8Array(3 * MB)));
		expect(second.ok).toBe(true);
		if (second.ok) second.release();
	});

	it("gives the place of a large body back when it turns out too large or breaks off", async () => {
		await readBody(post(new Uint8Array(26 * MB)));
		let pulled = 0;
		const broken = new Request("http://h/", {
			method: "POST",
			body: new ReadableStream({
				pull(controller) {
					if (pulled++ < 3) controller.enqueue(new Uint8Array(MB));
					else controller.error(new Error("gone"));
				},
			}),
		});
		expect(await readBody(broken)).toEqual({ ok: false, reason: "broken" });
		const next = await readBody(post(new Uint8Array(3 * MB)));
		expect(next.ok).toBe(true);
		if (next.ok) next.release();
	});
});

function post(body: Uint8Array): Request {
	return new Request("http://h/", { method: "POST", body: new Blob([body]).stream() });
}

function stream(more: () => boolean, chunk: number, headers: Record<string, string> = {}): Request {
	const body = new ReadableStream({
		pull(controller) {
			if (more()) controller.enqueue(new Uint8Array(chunk));
			else controller.close();
		},
	});
	return new Request("http://h/", { method: "POST", body, headers });
}
