import { describe, expect, it } from "vitest";
import type { Artefact } from "../../../pipeline/artefact.ts";
import { buildArtefact } from "../../../pipeline/build/index.ts";
import { decide, loadPipeline, readDelivery } from "../../../pipeline/index.ts";
import { groupFor, outcomeFor, settingsFor } from "../../../pipeline/overrides.ts";
import { goodSources } from "../build/diagnostic-cases.ts";

const OVERRIDES = `
overrides:
  - repositories: [5dlabs/c*]
    settings: { settle: 30s, process_forks: true, vars: { b: 2 } }
    agents: { atlas: { model: small, tools: { remote: [search] } } }
    outcome: { max_attempts: 1, deadline: 5m, protected_branches: ["hotfix/**"] }
  - repositories: [5dlabs/cto]
    outcome: { max_attempts: 7 }
`;

function artefact(): Artefact {
	const text = goodSources.text
		.replace("repositories: [5dlabs/cto]", "repositories: [5dlabs/*]\n  vars: { a: 1, b: 1 }")
		.concat(OVERRIDES);
	const built = buildArtefact({ ...goodSources, text });
	if (!built.ok) throw new Error(JSON.stringify(built.diagnostics));
	return built.artefact;
}

async function decided(repository: string) {
	const incident = { id: "1", kind: "ci", event: "workflow_job", delivery_id: "d", repository, branch: "b" } as const;
	const decision = await decide(loadPipeline(artefact()), { incident, context: {}, attempt: 1 });
	if (decision.outcome !== "spawn") throw new Error("it was filtered");
	return decision;
}

describe("overrides", () => {
	it("changes the named keys in the named repositories, later entries last", () => {
		const policy = artefact();
		expect(settingsFor(policy, "5DLabs/CTO")).toMatchObject({
			settle_s: 30,
			process_forks: true,
			process_bot_commits: false,
			vars: { a: 1, b: 2 },
		});
		expect(outcomeFor(policy, "5dlabs/cto")).toMatchObject({
			max_attempts: 7,
			deadline_s: 300,
			ci_deadline_s: 3600,
			protected_branches: ["hotfix/**"],
			escalate: ["atlas", "human"],
		});
		expect(outcomeFor(policy, "5dlabs/cli").max_attempts).toBe(1);
	});

	it("leaves other repositories alone", () => {
		const policy = artefact();
		expect(settingsFor(policy, "5dlabs/other")).toBe(policy.settings);
		expect(outcomeFor(policy, undefined)).toBe(policy.outcome);
		expect(outcomeFor({ outcome: policy.outcome }, "5dlabs/cto")).toBe(policy.outcome);
	});

	it("decides by them: the agent's model and tools, and the deadline", async () => {
		const changed = await decided("5dlabs/cto");
		expect(changed).toMatchObject({
			agent: "atlas",
			deadline_s: 300,
			max_active: 2,
			coderun: { spec: { model: "small" } },
		});
		const other = await decided("5dlabs/other");
		expect(other).toMatchObject({ deadline_s: 7200, coderun: { spec: { model: "claude-opus-4-5" } } });
	});

	it("replaces the rules under `rerun` as a whole, and changes keys of `group`", async () => {
		const text = `${goodSources.text}
rerun: [{ when: kind = 'ci' }]
overrides:
  - { repositories: [5dlabs/quiet], rerun: [], group: { scope: "off" } }
  - { repositories: [5dlabs/*-net], rerun: [{ when: "$log('only here')", deadline: 2h }] }
`.replace("repositories: [5dlabs/cto]", "repositories: [5dlabs/*]");
		const built = buildArtefact({ ...goodSources, text });
		if (!built.ok) throw new Error(JSON.stringify(built.diagnostics));
		const { artefact: policy } = built;
		const rerunOf = async (repository: string, evidence = "") => {
			const run = { run_id: "1", run_attempt: 1, workflow: { name: "CI" }, evidence } as const;
			const incident = { id: "1", kind: "ci", event: "e", delivery_id: "d", repository, branch: "b", ...run } as const;
			const decision = await decide(loadPipeline(policy), { incident, context: {}, attempt: 1 });
			return decision.outcome === "spawn" ? decision.rerun : decision;
		};
		expect(await rerunOf("5dlabs/cto")).toEqual({ rule: "rule 1", run_attempt: 1, deadline_s: 3600 });
		expect(await rerunOf("5dlabs/quiet")).toBeUndefined();
		expect(await rerunOf("5dlabs/own-net", "it is only here")).toMatchObject({ deadline_s: 7200 });
		expect(await rerunOf("5dlabs/own-net", "it is elsewhere")).toBeUndefined();
		expect(JSON.stringify(policy.log_patterns)).toContain("only here");
		expect(groupFor(policy, "5dlabs/quiet")).toEqual({ scope: "off", window_s: 86_400 });
		expect(groupFor(policy, "5dlabs/cto")).toEqual({ scope: "repository", window_s: 86_400 });
		expect(groupFor({ ...policy, group: undefined } as unknown as Artefact, "5dlabs/quiet")).toBeUndefined();
	});

	it("is what filters see", async () => {
		const built = artefact();
		const keep = "$settings.settle_s = 5";
		const pipeline = loadPipeline({ ...built, filters: [{ name: "short", keep }] });
		const read = async (full_name: string) =>
			await readDelivery(pipeline, {
				event: "workflow_job",
				delivery_id: "d",
				payload: { action: "completed", repository: { full_name }, workflow_job: { run_id: 1, conclusion: "failure" } },
			});
		expect(await read("5dlabs/cto")).toMatchObject({
			outcome: "ignored",
			reason: { kind: "filtered", filter: "short" },
		});
		expect(await read("5dlabs/other")).toMatchObject({ outcome: "incident" });
	});
});
