import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { shapeOf } from "../../pipeline/grammar/strict-keys.ts";
import { FINDING_KINDS, tool } from "../../pipeline/grammar/tool-table.ts";
import { EVIDENCE, isWeak } from "../../pipeline/tools/weigh-evidence.ts";

const page = readFileSync(path.join(import.meta.dirname, "../../docs/tools.md"), "utf8");

describe("docs/tools.md", () => {
	it("ranks evidence as the code does", () => {
		const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, rank, kind]) => `${rank} ${kind}`);
		expect(rows).toEqual(EVIDENCE.map((kind, at) => `${at + 1} ${kind}`));
	});

	it("says from where on there is little to go by", () => {
		const first = EVIDENCE.findIndex((kind) => isWeak(kind)) + 1;
		expect(page).toContain(`From ${first} on there is little to go by`);
	});

	it("has an example that works as it says", () => {
		const written = parse(/```yaml\n([\s\S]+?)```/.exec(page)?.[1] ?? "");
		const fields = { haskell: field.parse(written.fields.haskell) };
		const tools = [tool.parse(written.tools[0])];
		const search = compileLogSearch(collectLogPatterns([], tablePatterns(fields, tools)));
		const log = readLogText(
			search,
			"##[group]Run hlint .\nhlint .\nshell: sh\n##[endgroup]\n3 hints\n##[error]Process completed with exit code 1.\n",
		);
		const [strongest] = weighEvidence(compileToolTable(fields, tools), { log });
		expect(strongest).toMatchObject({ type: "haskell_lint", kind: "own_finding", command: "hlint ." });
	});

	it("describes each key of a tool, and each kind", () => {
		const keys = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
		for (const key of Object.keys(shapeOf(tool) ?? {})) expect(keys).toContain(key);
		for (const kind of FINDING_KINDS) expect(page).toContain(`\`${kind}\``);
	});
});
