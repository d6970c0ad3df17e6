import { describe, expect, it } from "vitest";
import { ourPullRequest } from "../../../pipeline/expression/our-pull-request.ts";

const OURS = { id: 1, full_name: "5dlabs/cto" };

/** As GitHub lists it in a run or a check. */
function listed(number: number, base: number, ref = "feat/a", head = base) {
	const repo = (id: number) => ({ id, url: `https://api.github.com/repos/x/${id}`, name: "cto" });
	return {
		...{ id: number * 10, number, url: `https://api.github.com/repos/x/cto/pulls/${number}` },
		head: { ref, sha: "a".repeat(40), repo: repo(head) },
		base: { ref: "main", sha: "b".repeat(40), repo: repo(base) },
	};
}

describe("ourPullRequest", () => {
	it("takes no number of another repository's pull request", () => {
		expect(ourPullRequest([listed(77, 2)], OURS, "feat/a")).toBeUndefined();
		expect(ourPullRequest([listed(77, 2), listed(12, 1)], OURS, "feat/a")).toBe(12);
	});

	it("takes the one whose head is the branch", () => {
		expect(ourPullRequest([listed(11, 1, "feat/b"), listed(12, 1)], OURS, "feat/a")).toBe(12);
		expect(ourPullRequest([listed(11, 1, "feat/b")], OURS, "feat/a")).toBeUndefined();
	});

	it("takes a list of one that JSONata made the item", () => {
		expect(ourPullRequest(listed(12, 1), OURS, "feat/a")).toBe(12);
	});

	it.each([
		["no list", undefined, OURS],
		["an empty list", [], OURS],
		["no repository", [listed(12, 1)], undefined],
		["a repository without an id", [listed(12, 1)], { full_name: "5dlabs/cto" }],
		["an entry without a base", [{ number: 12, head: { ref: "feat/a" } }], OURS],
		["entries that are none", [null, 7, "x"], OURS],
		["a number that is none", [{ ...listed(12, 1), number: "12" }], OURS],
	])("takes none from %s", (_, list, repository) => {
		expect(ourPullRequest(list, repository, "feat/a")).toBeUndefined();
	});
});
