import { describe, expect, it } from "vitest";
import { branchPlace, commitPlace, isOnGitHub, pullRequestPlace, runPlace } from "../../page/parts/github-places.ts";

const GITHUB = "https://github.com";
const ENTERPRISE = "https://git.acme.example";

describe("places on GitHub", () => {
	it.each([
		[pullRequestPlace(ENTERPRISE, "acme/shop", 402), "https://git.acme.example/acme/shop/pull/402"],
		[commitPlace(GITHUB, "acme/shop", "0123abc"), "https://github.com/acme/shop/commit/0123abc"],
		[branchPlace(GITHUB, "acme/shop", "fix/a b?#%"), "https://github.com/acme/shop/tree/fix/a%20b%3F%23%25"],
		[runPlace(GITHUB, "acme/shop", "19584020114"), "https://github.com/acme/shop/actions/runs/19584020114"],
	])("%s", (place, expected) => {
		expect(place).toBe(expected);
	});

	it.each([
		["before the hub said where GitHub is", branchPlace(undefined, "acme/shop", "main")],
		["a repository that is no name", branchPlace(GITHUB, "acme/shop/../../evil", "main")],
		["a repository on another host", pullRequestPlace(GITHUB, "//evil.example/x", 1)],
		["a branch that leads up", branchPlace(GITHUB, "acme/shop", "../../../evil")],
		["a commit that is none", commitPlace(GITHUB, "acme/shop", "main?x")],
		["a run that is no number", runPlace(GITHUB, "acme/shop", "1/../2")],
	])("none for %s", (_what, place) => {
		expect(place).toBeUndefined();
	});

	it("tells GitHub's host from others that look like it", () => {
		expect(isOnGitHub(GITHUB, new URL("https://github.com/acme"))).toBe(true);
		expect(isOnGitHub(GITHUB, new URL("https://github.com.evil.example/acme"))).toBe(false);
		expect(isOnGitHub(GITHUB, new URL("https://github.com@evil.example/acme"))).toBe(false);
		expect(isOnGitHub(undefined, new URL("https://github.com/acme"))).toBe(false);
	});
});
