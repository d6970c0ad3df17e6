import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { mergeParts, type Part, partAt, wholeOf } from "../../../pipeline/build/packs/merge.ts";
import { readPolicy } from "../../../pipeline/build/packs/read-policy.ts";
import { readYaml } from "../../../pipeline/build/yaml/yaml-source.ts";
import { runs } from "../../support/tiers/at-size.ts";

function fileOf(text: string, file = "a.yaml"): Part {
	const { source } = readYaml(text, file);
	if (source === undefined) throw new Error(`not YAML: ${text}`);
	return wholeOf(source);
}

function merge(...texts: string[]): unknown {
	return mergeParts2(texts.map((text) => fileOf(text))).value;
}

function mergeParts2(parts: readonly Part[]): Part {
	return parts.reduce((earlier, later) => mergeParts(earlier, later));
}

/** What is left of a pipeline's text and one pack. */
function policyOf(pack: string, own: string) {
	const packs = { "./pack.yaml": { files: [{ file: "pack.yaml", text: pack }] } };
	return readPolicy({ text: `extends: [./pack.yaml]\n${own}`, packs });
}

describe("mergeParts", () => {
	it("merges maps key by key, the later value winning", () => {
		expect(
			merge("settings: { settle: 5s, vars: { a: 1, b: 2 } }", "settings: { vars: { b: 3 }, paused: true }"),
		).toEqual({ settings: { paused: true, settle: "5s", vars: { a: 1, b: 3 } } });
	});

	it("asks what only the later file has first", () => {
		const merged = merge("events: { push: { kind: ci }, play: { kind: play } }", "events: { mine: { kind: ci } }");
		expect(Object.keys((merged as { events: object }).events)).toEqual(["mine", "push", "play"]);
		expect(merge("filters: [{ name: a }, { name: b }]", "filters: [{ name: c }, { name: d }]")).toEqual({
			filters: [{ name: "c" }, { name: "d" }, { name: "a" }, { name: "b" }],
		});
	});

	it("replaces an item of the same name whole, in its place", () => {
		expect(
			merge(
				"route: [{ name: a, agent: x, when: p }, { name: b, agent: y }]",
				"route: [{ name: new, agent: z }, { name: a, agent: w }]",
			),
		).toEqual({
			route: [
				{ name: "new", agent: "z" },
				{ name: "a", agent: "w" },
				{ name: "b", agent: "y" },
			],
		});
	});

	it("knows tools by `tool`, failure types by `type` and rows of the route by `row`", () => {
		expect(merge("tools: [{ tool: tsc, field: a }]", "tools: [{ tool: tsc, field: b }]")).toEqual({
			tools: [{ tool: "tsc", field: "b" }],
		});
		expect(merge("route: [{ row: 1, agent: a }, { row: 2, agent: a }]", "route: [{ row: 2, agent: b }]")).toEqual({
			route: [
				{ row: 1, agent: "a" },
				{ row: 2, agent: "b" },
			],
		});
	});

	it("replaces several rules of one type as a group", () => {
		expect(
			merge(
				"classify: [{ type: a, when: '1' }, { type: b }, { type: a, when: '2' }, { type: c }]",
				"classify: [{ type: a, when: '3' }, { type: a, when: '4' }]",
			),
		).toEqual({ classify: [{ type: "a", when: "3" }, { type: "a", when: "4" }, { type: "b" }, { type: "c" }] });
	});

	it("replaces all other lists whole, and a value of another kind", () => {
		expect(merge("settings: { reviewers: [a, b] }", "settings: { reviewers: [c] }")).toEqual({
			settings: { reviewers: ["c"] },
		});
		expect(merge("outcome: { pause: 1m }", "outcome: none")).toEqual({ outcome: "none" });
	});

	it("knows where each part is written", () => {
		const merged = mergeParts2([
			fileOf("filters:\n  - name: a\n  - name: b\n    keep: 'true'", "pack.yaml"),
			fileOf("filters:\n  - name: c", "own.yaml"),
		]);
		const { source, path } = partAt(merged, ["filters", 2, "keep"]);
		expect(source.at(path, "x")).toEqual({ file: "pack.yaml", line: 4, column: 11, text: "'true'", message: "x" });
	});

	const named = fc.uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "c", "d"), keep: fc.nat(9).map(String) }), {
		selector: ({ name }) => name,
	});
	const types = fc.array(fc.record({ type: fc.constantFrom("a", "b", "c"), fix: fc.nat(9).map(String) }));
	const key = fc.constantFrom("p", "q", "r", "s");
	const file = fc.record({
		filters: named,
		classify: types,
		events: fc.dictionary(key, fc.record({ kind: fc.nat(9), when: fc.nat(9) }, { requiredKeys: [] })),
		settings: fc.record({ vars: fc.dictionary(key, fc.array(fc.nat(9))) }, { requiredKeys: [] }),
	});
	const parts = fc.tuple(file, file, file).map((files) => files.map((one) => fileOf(stringify(one))));

	it("gives the same however three files are grouped", () => {
		fc.assert(
			fc.property(parts, (files) => {
				const [a, b, c] = files as [Part, Part, Part];
				const left = mergeParts(mergeParts(a, b), c).value;
				const right = mergeParts(a, mergeParts(b, c)).value;
				// As text: the order of keys counts.
				expect(JSON.stringify(right)).toBe(JSON.stringify(left));
			}),
			{ numRuns: runs(500) },
		);
	});

	it("keeps what a file says when it is merged with itself", () => {
		fc.assert(
			fc.property(parts, ([one]) => {
				const file = one as Part;
				const grouped = mergeParts(file, file).value;
				expect(JSON.stringify(mergeParts(mergeParts(file, file), file).value)).toBe(JSON.stringify(grouped));
			}),
			{ numRuns: runs(200) },
		);
	});

	it("finds every part of the result at its origin", () => {
		fc.assert(
			fc.property(parts, (files) => {
				const merged = mergeParts2(files);
				for (const [index, filter] of (merged.value as { filters: object[] }).filters.entries()) {
					const { source, path } = partAt(merged, ["filters", index]);
					const written = path.reduce((value: unknown, step) => (value as Record<string, unknown>)[step], source.value);
					expect(written).toEqual(filter);
				}
			}),
			{ numRuns: runs(200) },
		);
	});
});

describe("disable", () => {
	const pack = "filters: [{ name: a }, { name: b }]\nevents: { push: {}, play: {} }\nlifecycle: { push: {} }\n";

	it("takes out items and entries by name", () => {
		const { policy, diagnostics } = policyOf(pack, "disable: [a, play, lifecycle.push]\n");
		expect(diagnostics).toEqual([]);
		expect(policy?.merged.value).toEqual({
			extends: ["./pack.yaml"],
			disable: ["a", "play", "lifecycle.push"],
			filters: [{ name: "b" }],
			events: { push: {} },
			lifecycle: {},
		});
	});

	it("takes out every rule of a failure type", () => {
		const { policy } = policyOf("classify: [{ type: a }, { type: b }, { type: a }]", "disable: [a]");
		expect(policy?.merged.value).toMatchObject({ classify: [{ type: "b" }] });
	});

	it("reports a name that nothing has, and one that several stages have", () => {
		const { diagnostics } = policyOf(pack, "disable:\n  - plya\n  - push\n  - nothing-like-it\n");
		expect(diagnostics).toEqual([
			{
				file: "pipeline.yaml",
				line: 3,
				column: 5,
				text: "plya",
				message: "Nothing is called `plya`. Did you mean `play`? If a pack no longer has it, remove it here.",
			},
			{
				file: "pipeline.yaml",
				line: 4,
				column: 5,
				text: "push",
				message: "`push` is in `events` and `lifecycle`. Name one of them, such as `events.push`.",
				allowed: ["events.push", "lifecycle.push"],
			},
			{
				file: "pipeline.yaml",
				line: 5,
				column: 5,
				text: "nothing-like-it",
				message:
					"Nothing is called `nothing-like-it`. `healer show` lists what there is. If a pack no longer has it, remove it here.",
			},
		]);
	});
});
