import { describe, expect, it } from "vitest";
import type { Artefact } from "../../../pipeline/artefact.ts";
import { buildArtefact } from "../../../pipeline/build/index.ts";
import { decide, loadPipeline } from "../../../pipeline/index.ts";
import { goodSources } from "../build/diagnostic-cases.ts";

function artefactWith(more: string): Artefact {
	const text = goodSources.text.replace("repositories: [5dlabs/cto]", "repositories: [5dlabs/*]").concat(more);
	const built = buildArtefact({ ...goodSources, text });
	if (!built.ok) throw new Error(JSON.stringify(built.diagnostics));
	return built.artefact;
}

async function decided(more: string, repository = "5dlabs/cto") {
	const incident = { id: "1", kind: "ci", event: "workflow_job", delivery_id: "d", repository, branch: "b" } as const;
	const decision = await decide(loadPipeline(artefactWith(more)), { incident, context: {}, attempt: 1 });
	if (decision.outcome !== "spawn") throw new Error("it was filtered");
	return decision;
}

const outcomeOf = async (rules: string) =>
	(await decided(`autonomy:\n${rules}`)).explanation.find(({ stage }) => stage === "autonomy")?.outcome;

describe("autonomy", () => {
	it("acts where the pipeline has no rules, and says nothing about it", async () => {
		const { autonomy, explanation } = await decided("");
		expect(autonomy).toEqual({ level: "act", rule: null, expires_s: 0 });
		expect(explanation.map(({ stage }) => stage)).not.toContain("autonomy");
	});

	it.each([
		["  - { when: \"branch = 'b'\", level: observe }\n  - { level: approve }", "observe, by rule 1"],
		["  - { when: \"branch = 'c'\", level: observe }\n  - { level: approve }", "approve, by rule 2"],
		["  - { when: \"branch = 'b'\", level: act }\n  - { level: observe }", "act, by rule 1"],
		["  - { when: \"branch = 'c'\", level: observe }", "act: no rule applies"],
		["  - { when: \"$agent.name = 'atlas'\", level: observe }", "observe, by rule 1"],
		["  - { when: \"kind = 'ci' and $rule = 'default'\", level: approve }", "approve, by rule 1"],
	])("decides by the first rule that applies: %s", async (rules, outcome) => {
		expect(await outcomeOf(rules)).toBe(outcome);
	});

	it.each([
		// No pull request is known.
		["  - { when: pr_number = 7, level: observe }", "observe, by rule 1, because its condition is unknown"],
		// No changed files are known.
		["  - { when: \"$files('a/**') > 0\", level: approve }", "approve, by rule 1, because its condition is unknown"],
		["  - { when: $number(branch) > 1, level: observe }", "observe, by rule 1, because its condition is unknown"],
		// It returns a text.
		["  - { when: branch, level: observe }", "observe, by rule 1, because its condition is unknown"],
		["  - { when: pr_number = 7, level: act }\n  - { level: observe }", "observe, by rule 2"],
		["  - { when: $number(branch) > 1, level: act }", "approve: no rule applies, and rule 1 could not be evaluated"],
		["  - { when: pr_number = 7 and branch = 'c', level: observe }", "act: no rule applies"],
	])("takes what is unknown for the more careful answer: %s", async (rules, outcome) => {
		expect(await outcomeOf(rules)).toBe(outcome);
	});

	it("is another one where overrides say so", async () => {
		const more =
			"autonomy: [{ level: observe }]\noverrides:\n  - repositories: [5dlabs/cto]\n    autonomy: [{ level: approve, expires: 2h }]\n";
		expect((await decided(more)).autonomy).toEqual({ level: "approve", rule: "rule 1", expires_s: 7200 });
		expect((await decided(more, "5dlabs/other")).autonomy).toMatchObject({ level: "observe" });
	});

	it("has its conditions checked, also under overrides", () => {
		const text = `${goodSources.text}overrides:\n  - repositories: [5dlabs/cto]\n    autonomy: [{ when: brnch = 'b', level: observe }]\n`;
		const built = buildArtefact({ ...goodSources, text });
		expect(built.ok ? [] : built.diagnostics.map(({ message }) => message)).toEqual([
			expect.stringContaining("`brnch`"),
		]);
	});
});
