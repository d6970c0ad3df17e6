import { describe, expect, it } from "vitest";
import { licenceProblems } from "../../lint/licences.ts";

describe("licenceProblems", () => {
	it("accepts licences that ask for their notice at most, and of a choice the one that does", () => {
		expect(
			licenceProblems({
				"": { license: "UNLICENSED" },
				"node_modules/healer": { link: true },
				"node_modules/a": { license: "MIT" },
				"node_modules/b": { license: "(GPL-3.0-only OR Apache-2.0)" },
				"node_modules/c": { license: "(MIT AND Zlib)" },
			}),
		).toEqual([]);
	});

	it.each([
		["AGPL-3.0-only", "AGPL-3.0-only"],
		["MIT AND GPL-2.0-only", "MIT AND GPL-2.0-only"],
		["MPL-2.0", "MPL-2.0"],
		["SEE LICENSE IN LICENSE.md", "SEE LICENSE IN LICENSE.md"],
		["MIT AND (Apache-2.0 OR GPL-2.0-only)", "MIT AND (Apache-2.0 OR GPL-2.0-only)"],
		[undefined, "not named"],
	])("names a package under %s", (license, shown) => {
		expect(licenceProblems({ "node_modules/x": license === undefined ? {} : { license } })).toEqual([
			`node_modules/x: its licence is ${shown}; allowed ones are in lint/licences.ts`,
		]);
	});

	it("allows more to a tool than to what is handed on, and not everything", () => {
		expect(licenceProblems({ "node_modules/x": { license: "MPL-2.0", dev: true } })).toEqual([]);
		expect(licenceProblems({ "node_modules/x": { license: "GPL-3.0-only", dev: true } })).toHaveLength(1);
	});
});
