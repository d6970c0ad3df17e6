import { execFileSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { cyclesOf, type Graph, reachOf, readGraph } from "../../lint/graph.ts";
import { importProblems } from "../../lint/imports.ts";
import { wordProblems } from "../../lint/words.ts";

function graphOf(imports: Readonly<Record<string, readonly string[]>>): Graph {
	return new Map(Object.entries(imports).map(([file, targets]) => [file, new Set(targets)]));
}

describe("importProblems", () => {
	it("allows what goes down", () => {
		const graph = graphOf({
			"worker/dispatch/gates.ts": ["worker/journal/pauses.ts", "wire/spawn.ts"],
			"worker/journal/pauses.ts": [],
			"wire/spawn.ts": [],
		});
		expect(importProblems(graph)).toEqual([]);
	});

	it.each([
		[
			"an import from a floor above",
			{ "worker/journal/pauses.ts": ["worker/dispatch/gates.ts"], "worker/dispatch/gates.ts": [] },
			["worker/journal/pauses.ts: imports worker/dispatch/gates.ts of a floor above its own (lint/floors.ts)"],
		],
		[
			"an import from another package",
			{ "relay/spawn/spawn.ts": ["worker/log.ts"], "worker/log.ts": [] },
			["relay/spawn/spawn.ts: imports worker/log.ts, but relay imports wire"],
		],
		["a file without a floor", { "worker/new.ts": [] }, ["worker/new.ts: has no floor; name one in lint/floors.ts"]],
		[
			"files in a circle",
			{ "cli/a.ts": ["cli/b.ts"], "cli/b.ts": ["cli/a.ts"] },
			[
				"files import each other in a circle: cli/a.ts, cli/b.ts",
				"cli: import each other in a circle: cli/a.ts, cli/b.ts",
			],
		],
		[
			"folders in a circle that no file is in",
			{ "relay/x/a.ts": ["relay/y/b.ts"], "relay/y/c.ts": ["relay/x/d.ts"], "relay/y/b.ts": [], "relay/x/d.ts": [] },
			["relay: import each other in a circle: relay/x/, relay/y/"],
		],
	])("finds %s", (_what, imports, expected) => {
		expect(importProblems(graphOf(imports))).toEqual(expected);
	});
});

describe("cyclesOf", () => {
	it("finds each group once, and none where several ways lead to one file", () => {
		const graph = graphOf({ a: ["b", "c"], b: ["d"], c: ["d"], d: [], e: ["f"], f: ["g"], g: ["e"], h: ["e"] });
		expect(cyclesOf(graph)).toEqual([["e", "f", "g"]]);
	});
});

describe("readGraph", () => {
	const root = path.join(import.meta.dirname, "../..");
	const files = execFileSync("git", ["ls-files", "worker"], { cwd: root, encoding: "utf8" }).trim().split("\n");
	const graph = readGraph(
		root,
		files.filter((file) => file.endsWith(".ts")),
	);

	it("reads types, too", () => {
		expect([...(graph.get("worker/effects.ts") ?? [])]).toContain("worker/relay/claim-cache.ts");
	});

	it("finds that processing an incident needs less than half of the worker", () => {
		expect(reachOf(graph, "worker/dispatch/process-incident.ts").size).toBeLessThan(graph.size / 2);
	});
});

describe("wordProblems", () => {
	it("names the word, its place and what to write", () => {
		expect(wordProblems("docs/x.md", "fine\nNobody was told.\n")).toEqual([
			'docs/x.md:2: "told": write say what it is: reported, notified, known',
		]);
	});
});
