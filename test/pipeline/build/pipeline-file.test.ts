import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { pipelineFile } from "../../../pipeline/grammar/pipeline-file.ts";

const good = readFileSync(new URL("../../cases/diagnostics/good/pipeline.yaml", import.meta.url), "utf8");

describe("pipelineFile", () => {
	it("accepts the small good pipeline and applies the defaults", () => {
		const file = pipelineFile.parse(parse(good));
		expect(file.settings).toEqual({
			repositories: ["5dlabs/cto"],
			paused: false,
			process_bot_commits: false,
			process_bots: [],
			process_forks: false,
			skip_markers: ["[skip-healer]", "[healer skip]"],
			reviewers: [],
			commands: { logins: [], permissions: ["admin", "maintain", "write"], max_per_hour: 10 },
			unknown_heads: "fix",
			watch: { pull_requests: false, branches: [], conflicts: true },
			agent_tools: true,
			settle_s: 5,
			retention: { incidents_s: 7_776_000, prompts_s: 2_592_000, ignored_s: 2_592_000 },
			vars: {},
		});
		expect(file.agents.rex).toEqual({
			github_app: "5DLabs-Rex",
			cli: "claude",
			model: "claude-opus-4-5",
			prompt: "rust-fix",
			max_active: 1,
			tools: { local: [], remote: [] },
		});
	});

	it("refuses an unknown key", () => {
		expect(pipelineFile.safeParse({ ...parse(good), spawns: {} }).success).toBe(false);
	});
});
