import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { Tool } from "../../../pipeline/artefact.ts";
import { toolOverlaps } from "../../../pipeline/build/checks/tool-overlaps.ts";
import { unreachableTools } from "../../../pipeline/build/checks/unreachable-tools.ts";
import { collectLogPatterns } from "../../../pipeline/build/collect-log-patterns.ts";
import { tool as grammar } from "../../../pipeline/grammar/tool-table.ts";
import { tablePatterns } from "../../../pipeline/tools/tool-table.ts";

type Entry = z.input<typeof grammar>;

const FIX = "Correct it.";

/** A tool with one failure; `more` extends that. */
function tool(name: string, prints: string[], more: Partial<Entry["failures"][number]> = {}): Entry {
	return { tool: name, field: name, failures: [{ type: `${name}_type`, prints, fix: FIX, ...more }] };
}

function policyOf(written: readonly Entry[]) {
	const tools = written.map((entry): Tool => JSON.parse(JSON.stringify(grammar.parse(entry))));
	return { tools, log_patterns: collectLogPatterns([], tablePatterns({}, tools)) };
}

function overlaps(...written: readonly Entry[]) {
	return toolOverlaps(policyOf(written));
}

function unreachable(...written: readonly Entry[]) {
	return unreachableTools(policyOf(written));
}

describe("overlaps", () => {
	it("finds nothing where each pattern says something of its own", () => {
		expect(overlaps(tool("eslint", ["✖ problems", "/\\d+ errors/"]), tool("tsc", ["error TS"]))).toEqual([]);
	});

	it("finds the same pattern at two tools", () => {
		expect(overlaps(tool("eslint", ["abc", "/err(or)?/i"]), tool("biome", ["/err(or)?/i"]))).toEqual([
			{
				path: ["tools", 1, "failures", 0, "prints", 0],
				other: ["tools", 0, "failures", 0, "prints", 1],
				message: "`eslint` has the same pattern: nothing tells the two apart. Keep it at one.",
			},
		]);
	});

	it("finds the same pattern twice at one tool", () => {
		const failures = [
			{ type: "cargo_build", prints: ["could not compile"], fix: FIX },
			{ type: "cargo_test", prints: ["could not compile"], fix: FIX },
		];
		expect(overlaps({ tool: "cargo", field: "rust", failures })).toEqual([
			{
				path: ["tools", 0, "failures", 1, "prints", 0],
				other: ["tools", 0, "failures", 0, "prints", 0],
				message: "`cargo` has this pattern already, for `cargo_build`. Keep it at one.",
			},
		]);
	});

	it.each([
		["a text", "building site"],
		["a regex", "/build\\w+ site/"],
		["a regex without a literal", "/\\w+ing s\\w+/"],
	])("finds a text in which %s of another tool is always found", (_, shorter) => {
		expect(overlaps(tool("hugo", ["Error: error building site"]), tool("terraform", [shorter]))).toEqual([
			{
				path: ["tools", 0, "failures", 0, "prints", 0],
				other: ["tools", 1, "failures", 0, "prints", 0],
				message: `Every line with this text also matches \`${shorter}\` of \`terraform\` (\`terraform_type\`). Make that pattern say more, or decide with \`over\` or \`unless\`.`,
			},
		]);
	});

	it.each([
		["finding", "network"],
		["wrapper", "finding"],
	] as const)("finds a %s's text that is always a %s, too", (kind, stronger) => {
		const found = overlaps(
			tool("npm", ["npm error network"], { kind }),
			tool("dns", ["error network"], { kind: stronger }),
		);
		expect(found.map(({ message }) => message)).toEqual([
			`Every line with this text also matches \`error network\` of \`dns\` (\`dns_type\`), which is \`${stronger}\`: this one never decides. Make that pattern say more, or leave this one out.`,
		]);
	});

	it.each<[string, readonly Entry[]]>([
		["`over` decides", [tool("hugo", ["Error: site"], { over: ["terraform_type"] }), tool("terraform", ["Error: "])]],
		["`unless` decides", [tool("hugo", ["Error: site"]), tool("terraform", ["Error: "], { unless: ["Error: site"] })]],
		["the kind decides", [tool("trivy", ["Error: CVE"], { kind: "security" }), tool("terraform", ["Error: "])]],
		["case differs", [tool("hugo", ["error: site"]), tool("terraform", ["Error: "])]],
		["an anchor may not hold", [tool("hugo", ["error: site"]), tool("terraform", ["/^error: /"])]],
		[
			"both give one type",
			[
				{ tool: "npm", field: "js", failures: [{ type: "install", prints: ["npm error code"], fix: FIX }] },
				{ tool: "pnpm", field: "js", failures: [{ type: "install", prints: ["error code"], fix: FIX }] },
			],
		],
	])("finds nothing where %s", (_, written) => {
		expect(overlaps(...written)).toEqual([]);
	});

	it.each([
		["programs", "Deno Check"],
		["names", "type check"],
	] as const)("finds one of the %s at two tools", (key, word) => {
		const one = { ...tool("deno", ["one"]), [key]: ["deno", word.toLowerCase()] };
		expect(overlaps(one, { ...tool("check", ["other"]), [key]: [word] })).toEqual([
			{
				path: ["tools", 1, key, 0],
				other: ["tools", 0, key, 1],
				message: `\`${word}\` is \`deno\`, too: nothing tells the two apart. Keep it at one.`,
			},
		]);
	});

	it("finds a failure type in two fields", () => {
		const failures = (prints: string) => [{ type: "lint", prints: [prints], fix: FIX }];
		const eslint = { tool: "eslint", field: "frontend", failures: failures("problems") };
		const clippy = { tool: "clippy", field: "rust", failures: failures("clippy::") };
		expect(overlaps(eslint, clippy)).toEqual([
			{
				path: ["tools", 1, "failures", 0, "type"],
				other: ["tools", 0, "failures", 0, "type"],
				message: "`lint` is in the field `frontend` elsewhere, and here in `rust`. A failure type has one field.",
			},
		]);
	});
});

describe("entries that nothing leads to", () => {
	it("finds none where a tool runs, has a name or prints", () => {
		const quiet = { tool: "quiet", field: "go", failures: [{ type: "quiet_type", fix: FIX }] };
		const ran = { ...quiet, tool: "ran", programs: ["ran"], names: [] };
		expect(unreachable(quiet, ran, { ...tool("printing", ["oh no"]), names: [] })).toEqual([]);
	});

	it("finds a tool that nothing names", () => {
		const quiet = { tool: "quiet", field: "go", names: [], failures: [{ type: "quiet_type", fix: FIX }] };
		expect(unreachable(quiet)).toEqual([
			{
				path: ["tools", 0, "tool"],
				message:
					"Nothing leads to `quiet`: it runs as no program, has no names and prints nothing. Add `programs`, or `prints` to a failure.",
			},
		]);
	});

	it("finds a later failure that prints nothing", () => {
		const failures = [
			{ type: "go_build", prints: ["undefined:"], fix: FIX },
			{ type: "go_cgo", fix: FIX },
		];
		expect(unreachable({ tool: "go", field: "go", failures })).toEqual([
			{
				path: ["tools", 0, "failures", 1],
				message:
					"Nothing leads to `go_cgo`: without output, the first failure of `go` is assumed. Give it `prints`, or put it first.",
			},
		]);
	});

	it("finds a failure that its own `unless` excludes", () => {
		expect(unreachable(tool("go", ["undefined: x"], { unless: ["undefined:"] }))).toEqual([
			{
				path: ["tools", 0, "failures", 0],
				message: "Nothing leads to `go_type`: each of its `prints` holds a text that `unless` excludes.",
			},
		]);
	});

	it.each([
		["go_source", "This has no effect: no tool has this failure type."],
		["net_type", "This has no effect: `net_type` is network, and this finding."],
	])("finds that `over: [%s]` does nothing", (over, message) => {
		const net = tool("net", ["timed out"], { kind: "network" });
		expect(unreachable(tool("go", ["undefined:"], { over: [over] }), net)).toEqual([
			{
				path: ["tools", 0, "failures", 0, "over", 0],
				message: `${message} \`over\` decides between failures of one kind.`,
			},
		]);
	});
});
