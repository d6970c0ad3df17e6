import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchStrategy } from "../../pipeline/branch-strategy.ts";
import type { Incident } from "../../pipeline/incident.ts";

const SHA = "c".repeat(40);
const QUEUE = `gh-readonly-queue/main/pr-123-${SHA}`;
const OWN = "healer/00112233445566ff";

const incident: Incident = {
	id: "00112233445566ff00112233445566ff",
	kind: "ci",
	event: "workflow_run",
	delivery_id: "d",
	repository: "5dlabs/cto",
	head_repository: "5dlabs/cto",
	default_branch: "main",
	branch: "feat/a",
	branch_state: "exists",
};

const policy = {
	branch_strategy: "same",
	protected_branches: ["release/**"],
	bot_branches: ["dependabot/**", "renovate/**"],
} as const;

function strategy(changes: Partial<Incident>, pull?: Parameters<typeof branchStrategy>[2]) {
	const { head_repository, branch_state, ...given } = { ...incident, ...changes };
	const named = { ...(head_repository && { head_repository }), ...(branch_state && { branch_state }) };
	return branchStrategy({ ...given, ...named } as Incident, policy, pull);
}

describe("branchStrategy", () => {
	it("pushes to the branch that failed if GitHub has it", () => {
		expect(strategy({})).toEqual({ name: "same", branch: "feat/a", target: "feat/a" });
	});

	it("fixes what failed on a tag, or on a deleted branch, from the default branch", () => {
		expect(strategy({ branch: "v1.2.3", branch_state: "tag" })).toEqual({
			...{ name: "fix", branch: OWN, why: "tag", target: "main" },
		});
		expect(strategy({ branch_state: "deleted" })).toEqual({
			...{ name: "fix", branch: OWN, why: "deleted_branch", target: "main" },
		});
		// A protected name does not make a branch of a tag.
		expect(strategy({ branch: "release/1.2", branch_state: "tag" })).toMatchObject({ why: "tag", target: "main" });
	});

	it("never pushes to a name that nobody called a branch", () => {
		expect(strategy({ branch_state: undefined } as never)).toEqual({
			...{ name: "fix", branch: OWN, why: "unknown_branch", target: "main" },
		});
		// The head of a pull request is a branch.
		expect(strategy({ branch_state: undefined, pr_number: 7 } as never)).toMatchObject({ name: "same" });
	});

	it("fixes what failed in the merge queue from the head of the pull request", () => {
		const pull = { number: 123, head_branch: "feat/q", head_repository: "5dlabs/cto", base_branch: "main" };
		const queued = { name: "fix", branch: OWN, why: "merge_queue", pr_number: 123, base: "main" };
		expect(strategy({ branch: QUEUE }, pull)).toEqual({ ...queued, target: "feat/q" });
		expect(strategy({ branch: QUEUE })).toEqual({ ...queued, target: "refs/pull/123/head" });
		expect(strategy({ branch: QUEUE }, { ...pull, head_repository: "stranger/cto" })).toMatchObject({
			target: "refs/pull/123/head",
		});
		expect(strategy({ branch: QUEUE }, { ...pull, number: 9 })).toMatchObject({ target: "refs/pull/123/head" });
	});

	it("leaves the branches of bots to them", () => {
		expect(strategy({ branch: "dependabot/npm_and_yarn/vite-7" })).toEqual({
			...{ name: "fix", branch: OWN, why: "bot_branch", target: "dependabot/npm_and_yarn/vite-7" },
		});
		expect(strategy({ branch: "renovate/all" })).toMatchObject({ why: "bot_branch", target: "renovate/all" });
	});

	it("leaves them alone although the pipeline was built before it had that setting", () => {
		const older = { branch_strategy: "same", protected_branches: [] } as const;
		expect(branchStrategy({ ...incident, branch: "renovate/all" }, older, undefined)).toMatchObject({
			why: "bot_branch",
		});
	});

	it("fixes a fork's branch for the branch that its pull request targets", () => {
		const fork = { head_repository: "stranger/cto" };
		expect(strategy(fork, { base_branch: "release/2" })).toMatchObject({ why: "fork", target: "release/2" });
		expect(strategy(fork)).toMatchObject({ why: "fork", target: "main" });
	});

	it("pushes to no branch but its own, unless that is surely a branch of ours that nobody else owns", () => {
		const arbitrary = fc.record(
			{
				branch: fc.constantFrom("feat/a", "main", "v1", "release/1", "renovate/x", QUEUE),
				branch_state: fc.constantFrom("exists", "tag", "deleted"),
				head_repository: fc.constantFrom("5dlabs/cto", "stranger/cto", "deleted fork"),
				pr_number: fc.integer({ min: 1, max: 999 }),
				default_branch: fc.constant("main"),
			},
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(arbitrary, (given) => {
				const { id, kind, event, delivery_id, repository } = incident;
				const failed = { id, kind, event, delivery_id, repository, ...given } as Incident;
				const found = branchStrategy(failed, policy, undefined);
				const isPushable =
					["feat/a", "v1"].includes(given.branch ?? "") || (given.branch === "main" && !given.default_branch);
				const isSure = given.branch_state === "exists" || (!given.branch_state && given.pr_number !== undefined);
				const pushesThere = isPushable && isSure && given.head_repository === "5dlabs/cto";
				expect(found.branch).toBe(pushesThere ? given.branch : OWN);
				expect(found.name).toBe(pushesThere ? "same" : "fix");
			}),
		);
	});
});
