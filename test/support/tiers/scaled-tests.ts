import { globSync, readFileSync } from "node:fs";

/** The test files below `pattern` that ask `at-size.ts` how much to do: `npm run test:soak` runs them once more, at size. */
export function scaledTests(pattern: string): string[] {
	return globSync(pattern).filter((file) => readFileSync(file, "utf8").includes("tiers/at-size.ts"));
}
