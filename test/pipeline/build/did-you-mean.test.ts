import { describe, expect, it } from "vitest";
import { nearest } from "../../../pipeline/build/checks/did-you-mean.ts";

describe("nearest", () => {
	it.each<[string, string | undefined]>([
		["brnach", "branch"],
		["Branch", "branch"],
		["branches", "branch"],
		["jb", "job"],
		["repository_full_name", undefined],
		["x", undefined],
		["", undefined],
	])("for %s is %s", (written, name) => {
		expect(nearest(written, ["branch", "job", "repository"])).toBe(name);
	});
});
