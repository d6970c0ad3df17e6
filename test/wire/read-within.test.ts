import { describe, expect, it } from "vitest";
import { readWithin } from "../../wire/read-within.ts";

function stream(chunks: readonly string[], onCancel = () => {}) {
	const rest = chunks.map((chunk) => new TextEncoder().encode(chunk));
	return new ReadableStream<Uint8Array>({
		pull(controller) {
			const chunk = rest.shift();
			if (chunk === undefined) controller.close();
			else controller.enqueue(chunk);
		},
		cancel: onCancel,
	});
}

describe("readWithin", () => {
	it.each([
		[["ab", "cd"], 5, "abcd", false],
		[["ab", "cd"], 4, "abcd", false],
		[["ab", "cd"], 3, "abc", true],
		[[], 3, "", false],
	])("reads %j up to %i bytes", async (chunks, limit, text, cut) => {
		const read = await readWithin(stream(chunks), limit);
		expect([new TextDecoder().decode(read.bytes), read.cut]).toEqual([text, cut]);
	});

	it("cancels a body that is too long, and reads no body as empty", async () => {
		let cancelled = false;
		await readWithin(
			stream(["abc", "def", "ghi"], () => {
				cancelled = true;
			}),
			3,
		);
		expect(cancelled).toBe(true);
		expect((await readWithin(null, 3)).bytes.byteLength).toBe(0);
	});
});
