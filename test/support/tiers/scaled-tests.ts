import { globSync, readFileSync } from "node:fs";

/**
 * The test files below `pattern` that ask `at-size.ts` for their number of cases: `npm run test:soak` repeats them at
 * size.
 */
export function scaledTests(pattern: string): string[] {
	return globSync(pattern).filter((file) => readFileSync(file, "utf8").includes("tiers/at-size.ts"));
}
