import { describe, expect, it } from "vitest";
import { type ToolTable, toolOverlaps } from "../../../pipeline/build/checks/tool-overlaps.ts";

type Entry = ToolTable["tools"][number];

function tool(name: string, prints: readonly string[], more: Partial<Entry["failures"][number]> = {}): Entry {
	return { tool: name, field: name, failures: [{ type: `${name}_type`, prints, ...more }] };
}

describe("toolOverlaps", () => {
	it("finds nothing where each pattern says something of its own", () => {
		expect(
			toolOverlaps({ tools: [tool("eslint", ["✖ problems", "/\\d+ errors/"]), tool("tsc", ["error TS"])] }),
		).toEqual([]);
	});

	it("finds the same pattern at two tools", () => {
		expect(toolOverlaps({ tools: [tool("eslint", ["a", "/err(or)?/i"]), tool("biome", ["/err(or)?/i"])] })).toEqual([
			{
				path: ["tools", 1, "failures", 0, "prints", 0],
				message: "`eslint` above has the same pattern: nothing tells the two apart. Keep it at one.",
			},
		]);
	});

	it("finds the same pattern twice at one tool", () => {
		const failures = [
			{ type: "cargo_build", prints: ["could not compile"] },
			{ type: "cargo_test", prints: ["could not compile"] },
		];
		expect(toolOverlaps({ tools: [{ tool: "cargo", field: "rust", failures }] })).toEqual([
			{
				path: ["tools", 0, "failures", 1, "prints", 0],
				message: "`cargo` has this pattern already, for `cargo_build`. Keep it at one.",
			},
		]);
	});

	it.each([
		["a text", "building site"],
		["a regex", "/build\\w+ site/"],
	])("finds a text in which %s of another tool is always found", (_, shorter) => {
		expect(
			toolOverlaps({ tools: [tool("hugo", ["Error: error building site"]), tool("terraform", [shorter])] }),
		).toEqual([
			{
				path: ["tools", 0, "failures", 0, "prints", 0],
				message: `Every line with this text also matches \`${shorter}\` of \`terraform\` (\`terraform_type\`). Make that pattern say more, or decide with \`over\` or \`unless\`.`,
			},
		]);
	});

	it.each<[string, readonly Entry[]]>([
		["`over` decides", [tool("hugo", ["Error: site"], { over: ["terraform_type"] }), tool("terraform", ["Error: "])]],
		["`unless` decides", [tool("hugo", ["Error: site"]), tool("terraform", ["Error: "], { unless: ["Error: site"] })]],
		["case differs", [tool("hugo", ["error: site"]), tool("terraform", ["Error: "])]],
		["an anchor may not hold", [tool("hugo", ["error: site"]), tool("terraform", ["/^error: /"])]],
		["a regex is invalid", [tool("hugo", ["error: site"]), tool("terraform", ["/error(/"])]],
		[
			"both give one type",
			[
				{ tool: "npm", field: "js", failures: [{ type: "install", prints: ["npm error code"] }] },
				{ tool: "pnpm", field: "js", failures: [{ type: "install", prints: ["error code"] }] },
			],
		],
	])("finds nothing where %s", (_, tools) => {
		expect(toolOverlaps({ tools })).toEqual([]);
	});

	it("finds a failure type in two fields", () => {
		const failures = [{ type: "lint" }];
		const tools = [
			{ tool: "eslint", field: "frontend", failures },
			{ tool: "clippy", field: "rust", failures },
		];
		expect(toolOverlaps({ tools })).toEqual([
			{
				path: ["tools", 1, "failures", 0, "type"],
				message: "`lint` is in the field `frontend` above, and here in `rust`. A failure type has one field.",
			},
		]);
	});
});
