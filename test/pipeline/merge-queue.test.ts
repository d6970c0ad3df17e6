import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queueEntryOf, readQueueBranch, withQueuedPullRequest } from "../../pipeline/merge-queue.ts";

const SHA = "c".repeat(40);

describe("readQueueBranch", () => {
	it.each([
		[`gh-readonly-queue/main/pr-123-${SHA}`, { base: "main", pr_number: 123 }],
		[`gh-readonly-queue/release/1.2/pr-7-${SHA}`, { base: "release/1.2", pr_number: 7 }],
		[`gh-readonly-queue/x/pr-1-${SHA}/pr-2-${SHA}`, { base: `x/pr-1-${SHA}`, pr_number: 2 }],
		[`gh-readonly-queue/main/pr-123-${"d".repeat(64)}`, { base: "main", pr_number: 123 }],
	])("reads %s", (branch, entry) => {
		expect(readQueueBranch(branch)).toEqual(entry);
	});

	it.each([
		"main",
		"gh-readonly-queue/main",
		`gh-readonly-queue/pr-123-${SHA}`,
		`gh-readonly-queue/main/pr-0-${SHA}`,
		`gh-readonly-queue/main/pr-12345678901-${SHA}`,
		"gh-readonly-queue/main/pr-123-abc",
		`x/gh-readonly-queue/main/pr-123-${SHA}`,
		`gh-readonly-queue/main/pr-123-${SHA}-2`,
	])("finds no entry in %s", (branch) => {
		expect(readQueueBranch(branch)).toBeUndefined();
	});

	it("reads back every base and number", () => {
		const base = fc.stringMatching(/^[a-z][a-z0-9./-]{0,40}$/);
		fc.assert(
			fc.property(base, fc.integer({ min: 1, max: 999_999_999 }), (name, pr_number) => {
				expect(readQueueBranch(`gh-readonly-queue/${name}/pr-${pr_number}-${SHA}`)).toEqual({ base: name, pr_number });
			}),
		);
	});
});

describe("the pull request of a queue's branch", () => {
	const branch = `gh-readonly-queue/main/pr-123-${SHA}`;

	it("is the one in its name, whatever the event says", () => {
		const fields = { repository: "5dlabs/cto", head_repository: "5dlabs/CTO", branch, pr_number: 9 };
		expect(withQueuedPullRequest(fields)).toEqual({ ...fields, pr_number: 123 });
	});

	it("is none while nobody named the branch's repository, nor in a fork: anybody may use such a name there", () => {
		expect(queueEntryOf({ repository: "5dlabs/cto", branch })).toBeUndefined();
		expect(queueEntryOf({ repository: "5dlabs/cto", head_repository: "stranger/cto", branch })).toBeUndefined();
		expect(queueEntryOf({ repository: "5dlabs/cto", head_repository: "deleted fork", branch })).toBeUndefined();
	});
});
