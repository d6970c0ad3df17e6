const TEST_FORMS = [
	"pytest",
	"unittest",
	"go_test",
	"libtest",
	"nextest",
	"jest",
	"vitest",
	"node_test",
	"surefire",
	"gradle",
	"gtest",
	"numbered",
] as const;

/** How findings of one form are printed: by which runner of tests, as diagnostics with a file, or as other messages. */
export type FindingForm =
	| (typeof TEST_FORMS)[number]
	/** An error with its file. */
	| "diagnostic"
	/** A message at a line of a file, which nothing calls an error: `./main.go:7:2: undefined: x`. */
	| "place"
	| "message";

const TESTS: ReadonlySet<FindingForm> = new Set(TEST_FORMS);

/** Whether its findings are failing tests. */
export function isTestForm(form: FindingForm): boolean {
	return TESTS.has(form);
}

/**
 * What one log's failed step says has failed, in one form: failing tests, errors with their files, or messages. `ids` are normalized
 * (`normalizeText`), sorted and bounded, except for messages, which are in the log's order.
 */
export interface Findings {
	/** Which of the joined logs, from 0. */
	readonly log: number;
	readonly form: FindingForm;
	/** The numbers of their first and last line, from 1, in the joined log. */
	readonly first: number;
	readonly last: number;
	/** How many different ones there are; `ids` may be fewer. */
	readonly count: number;
	readonly ids: readonly string[];
}
