import { afterEach, beforeEach, type TestContext } from "vitest";

const METHODS = ["debug", "info", "log", "warn", "error"] as const;

/** Keeps what a test logs, and prints it when the test fails. Without it a run prints some 2,000 lines. */
export function keepConsoleQuiet(target: Console = console): void {
	const own = Object.fromEntries(METHODS.map((method) => [method, target[method]]));
	let kept: unknown[][] = [];
	beforeEach(() => {
		kept = [];
		for (const method of METHODS) target[method] = (...line: unknown[]) => void kept.push(line);
	});
	afterEach(({ task }: TestContext) => {
		// The next file in this runtime finds the console as it was.
		Object.assign(target, own);
		if (task.result?.state === "fail") for (const line of kept) target.log(...line);
	});
}
