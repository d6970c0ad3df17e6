import type { Reporter, SerializedError, TestModule, Vitest } from "vitest/node";
import { TIERS } from "./tiers.ts";

/** Ends a run with what was skipped and how to run it, and one plain line of totals: `N passed, N failed`. */
export class SummaryReporter implements Reporter {
	private vitest: Vitest | undefined;

	onInit(vitest: Vitest): void {
		this.vitest = vitest;
	}

	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
		const { passed, failed, skipped } = countTests(modules);
		// After the default reporter's own summary, which is printed in the same turn.
		setImmediate(() => {
			this.print(passed, failed + unhandled.length, skipped);
		});
	}

	private print(passed: number, failed: number, skipped: number): void {
		const ran = new Set(this.vitest?.projects.map(({ name }) => name));
		const missing = TIERS.filter(({ projects }) => !projects.every((name) => ran.has(name)));
		const width = Math.max(...TIERS.map(({ command }) => command.length));
		const lines = missing.map(({ command, holds }) => `  ${command.padEnd(width)}  ${holds}\n`);
		if (lines.length > 0) process.stdout.write(`\nNot run:\n${lines.join("")}`);
		if (skipped > 0) process.stdout.write(`\n${skipped} skipped\n`);
		process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
	}
}

interface Counts {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
}

/** A file that failed to load, or whose hooks failed outside a test, counts as one failure. */
function countTests(modules: readonly TestModule[]): Counts {
	let [passed, failed, skipped] = [0, 0, 0];
	for (const module of modules) {
		let failedHere = 0;
		for (const test of module.children.allTests()) {
			const { state } = test.result();
			if (state === "passed") passed++;
			else if (state === "failed") failedHere++;
			else skipped++;
		}
		failed += !module.ok() && failedHere === 0 ? 1 : failedHere;
	}
	return { passed, failed, skipped };
}
