import type { Reporter, SerializedError, TestModule, Vitest } from "vitest/node";
import { TIERS } from "./tiers.ts";

/**
 * Ends a run with what failed, what was skipped and how to run it, and one plain line of totals: `N passed, N failed`.
 * What failed is said again here because a log that was cut often has only its end.
 */
export class SummaryReporter implements Reporter {
	private vitest: Vitest | undefined;

	onInit(vitest: Vitest): void {
		this.vitest = vitest;
	}

	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
		const { passed, skipped } = countTests(modules);
		const failures = modules.flatMap(failuresOf);
		// After the default reporter's own summary, which is printed in the same turn.
		setImmediate(() => {
			this.print(passed, failures.length + unhandled.length, skipped, failures);
		});
	}

	private print(passed: number, failed: number, skipped: number, failures: readonly string[]): void {
		const ran = new Set(this.vitest?.projects.map(({ name }) => name));
		const missing = TIERS.filter(({ projects }) => !projects.every((name) => ran.has(name)));
		const width = Math.max(...TIERS.map(({ command }) => command.length));
		const lines = missing.map(({ command, holds }) => `  ${command.padEnd(width)}  ${holds}\n`);
		if (lines.length > 0) process.stdout.write(`\nNot run:\n${lines.join("")}`);
		if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.join("")}`);
		if (skipped > 0) process.stdout.write(`\n${skipped} skipped\n`);
		process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
	}
}

interface Counts {
	readonly passed: number;
	readonly skipped: number;
}

function countTests(modules: readonly TestModule[]): Counts {
	let [passed, skipped] = [0, 0];
	for (const module of modules) {
		for (const test of module.children.allTests()) {
			const { state } = test.result();
			if (state === "passed") passed++;
			else if (state !== "failed") skipped++;
		}
	}
	return { passed, skipped };
}

/** A line for each test that failed, and for each file that failed outside its tests, with its first error. */
function failuresOf(module: TestModule): string[] {
	const file = module.relativeModuleId;
	const tests = [...module.children.allTests("failed")].map(
		(test) => `  ${file} > ${test.fullName}: ${firstError(test.result().errors)}\n`,
	);
	const outside = [...module.children.allSuites()].flatMap((suite) => suite.errors());
	const errors = [...module.errors(), ...outside];
	if (errors.length > 0) return [`  ${file}: ${firstError(errors)}\n`, ...tests];
	return tests.length === 0 && !module.ok() ? [`  ${file}: failed\n`] : tests;
}

function firstError(errors: readonly SerializedError[] | undefined): string {
	return errors?.[0]?.message.slice(0, 2_000) ?? "";
}
