import { vi } from "vitest";
import { systemClock } from "../../../worker/runtime/clock.ts";

let ahead_ms = 0;

/** Lets the worker's clock be moved, from the present on. `sleeps`: else what the worker sleeps is over at once. Before each test. */
export function useMovableClock({ sleeps }: { readonly sleeps: boolean }): void {
	ahead_ms = 0;
	vi.spyOn(systemClock, "now").mockImplementation(() => Date.now() + ahead_ms);
	if (!sleeps) vi.spyOn(systemClock, "sleep").mockResolvedValue();
}

/** Milliseconds, as the worker has them. */
export function now(): number {
	return systemClock.now();
}

/** Moves the worker's clock. Five minutes are more than any pause between two tries, and less than any deadline. */
export async function passTime(ms = 5 * 60_000): Promise<void> {
	ahead_ms += ms;
}

/** Moves the worker's clock second by second until the promise is settled: for what waits by looking again and again. */
export async function passTimeUntil<T>(settled: Promise<T>): Promise<T> {
	let isSettled = false;
	const mark = () => {
		isSettled = true;
	};
	settled.then(mark, mark);
	while (!isSettled) {
		ahead_ms += 1000;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	return await settled;
}
