import { describe, expect, it } from "vitest";
import { backoffMs } from "../../wire/backoff.ts";

describe("backoffMs", () => {
	it.each([
		[0, 1000],
		[1, 2000],
		[2, 4000],
		[5, 32_000],
		[6, 60_000],
		[1000, 60_000],
	])("after %i failures waits %i ms in the middle of chance", (tries, expected) => {
		expect(backoffMs(tries)).toBe(expected);
	});

	it("is at most a quarter off either way", () => {
		expect(backoffMs(2, { random: 0 })).toBe(3000);
		expect(backoffMs(2, { random: 0.999_999 })).toBe(5000);
	});

	it("starts, grows and ends as given", () => {
		const pauses = [0, 1, 2, 3, 1000].map((earlier) => backoffMs(earlier, { firstMs: 10, longestMs: 200, factor: 3 }));
		expect(pauses).toEqual([10, 30, 90, 200, 200]);
	});

	it("doubles up to a minute", () => {
		const pauses = [1, 2, 3, 6, 7, 50].map((failures) => backoffMs(failures - 1));
		expect(pauses).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
	});
});
