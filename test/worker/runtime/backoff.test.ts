import { describe, expect, it } from "vitest";
import { backoffMs } from "../../../worker/runtime/backoff.ts";

describe("backoffMs", () => {
	it.each([
		[0, 1000],
		[1, 2000],
		[2, 4000],
		[5, 32_000],
		[6, 60_000],
		[1000, 60_000],
	])("after %i failures waits %i ms in the middle of chance", (tries, expected) => {
		expect(backoffMs(tries, 0.5)).toBe(expected);
	});

	it("is at most a quarter off either way", () => {
		expect(backoffMs(2, 0)).toBe(3000);
		expect(backoffMs(2, 0.999_999)).toBe(5000);
	});
});
