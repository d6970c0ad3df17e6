import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TimedOut, withTimeout } from "../../wire/with-timeout.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("gives the work's result, and leaves no timer", async () => {
	expect(await withTimeout(async () => "done", 100)).toBe("done");
	expect(vi.getTimerCount()).toBe(0);
});

it("throws what the work throws, and leaves no timer", async () => {
	await expect(withTimeout(() => Promise.reject(new Error("broken")), 100)).rejects.toThrow("broken");
	await expect(
		withTimeout(() => {
			throw new Error("broken at once");
		}, 100),
	).rejects.toThrow("broken at once");
	expect(vi.getTimerCount()).toBe(0);
});

it("is TimedOut after the limit, even where the work ends by its signal", async () => {
	const untilAborted = (signal: AbortSignal) =>
		new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
	const result = withTimeout(untilAborted, 100).catch((cause: unknown) => cause);
	await vi.advanceTimersByTimeAsync(99);
	expect(vi.getTimerCount()).toBe(1);
	await vi.advanceTimersByTimeAsync(1);
	expect(await result).toBeInstanceOf(TimedOut);
});
