import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Tool } from "../../pipeline/artefact.ts";
import { collectLogPatterns } from "../../pipeline/build/collect-log-patterns.ts";
import { EVIDENCE, isWeak } from "../../pipeline/evidence-kinds.ts";
import { shapeOf } from "../../pipeline/grammar/strict-keys.ts";
import { FINDING_KINDS, field, tool } from "../../pipeline/grammar/tool-table.ts";
import { readLogText } from "../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../pipeline/log/log-search.ts";
import { compileToolTable, tablePatterns } from "../../pipeline/tools/tool-table.ts";
import { weighEvidence } from "../../pipeline/tools/weigh-evidence.ts";

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
		// As the artefact has it: without undefined values.
		const tools: readonly Tool[] = JSON.parse(JSON.stringify([tool.parse(written.tools[0])]));
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
