import type { Reporter, SerializedError, TestModule, TestSpecification, Vitest } from "vitest/node";
import { TIERS } from "./tiers.ts";

const STOPS_WITHIN_MS = 20_000;

/** Closes a run with what was not run and how to run it, and one plain line of totals: `N passed, N failed`. */
export class SummaryReporter implements Reporter {
	private vitest: Vitest | undefined;
	private expected = 0;
	private readonly ended: TestModule[] = [];

	onInit(vitest: Vitest): void {
		this.vitest = vitest;
	}

	onTestRunStart(specifications: readonly TestSpecification[]): void {
		this.expected = specifications.length;
		this.ended.length = 0;
	}

	/** A workerd that does not stop when its file has ended would keep a run with all its results from closing. */
	onTestModuleEnd(module: TestModule): void {
		this.ended.push(module);
		if (this.ended.length < this.expected || this.vitest?.config.watch === true) return;
		setTimeout(() => {
			const { passed, failed, skipped } = countTests(this.ended);
			const unhandled = this.vitest?.state.getUnhandledErrors().length ?? 0;
			for (const test of this.ended.flatMap((one) => [...one.children.allTests("failed")])) {
				process.stdout.write(`FAIL ${test.module.relativeModuleId} > ${test.fullName}\n`);
			}
			this.print(passed, failed + unhandled, skipped);
			process.stdout.write("(A test runtime did not stop by itself: it was ended.)\n");
			process.exit(failed + unhandled > 0 ? 1 : 0);
		}, STOPS_WITHIN_MS).unref();
	}

	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
		const { passed, failed, skipped } = countTests(modules);
		// Behind the default reporter's own summary, which is printed in the same turn.
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

/** A file that could not be loaded, or whose hooks failed outside of a test, counts as one failure. */
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
