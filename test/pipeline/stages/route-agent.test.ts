import { describe, expect, it } from "vitest";
import type { Artefact } from "../../../pipeline/artefact.ts";
import { decide, loadPipeline } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const { rex, atlas } = smallArtefact.agents;
if (rex === undefined || atlas === undefined) throw new Error("the small artefact has lost its agents");

type Agents = Artefact["agents"];

/** What a failure of a category becomes, with one rule whose agent is an expression, and a last one. */
async function routed(agents: Agents, agent: string, category = "rust") {
	const artefact: Artefact = {
		...smallArtefact,
		agents,
		classify: [{ type: "x", category, fix: "Fix it." }],
		route: [
			{ name: "owner", agent },
			{ name: "default", agent: "atlas" },
		],
	};
	const incident = {
		id: "1",
		kind: "ci",
		event: "failed_job",
		delivery_id: "d",
		repository: "5dlabs/cto",
		branch: "b",
		commit_message: "m",
	} as const;
	const decision = await decide(loadPipeline(artefact), { incident, context: {}, attempt: 1 });
	if (decision.outcome !== "spawn") throw new Error("it was filtered");
	const route = decision.explanation.find(({ stage }) => stage === "route");
	return { agent: decision.agent, rule: decision.rule, first: route?.rules[0], outcome: route?.outcome };
}

const OWNER = "$owner($failure.category)";

describe("a rule whose agent is an expression", () => {
	it("gives a failure to the agent that takes its field", async () => {
		expect(await routed({ rex: { ...rex, takes: ["rust"] }, atlas }, OWNER)).toEqual({
			agent: "rex",
			rule: "owner",
			first: { rule: "owner", verdict: "true" },
			outcome: "rex, by owner",
		});
	});

	it("gives a field that nobody takes to the default agent", async () => {
		const agents = { rex: { ...rex, default: true }, atlas: { ...atlas, takes: ["rust"] } };
		expect(await routed(agents, OWNER, "go")).toMatchObject({ agent: "rex", rule: "owner" });
		expect(await routed(agents, OWNER, "rust")).toMatchObject({ agent: "atlas", rule: "owner" });
	});

	it("does not match if nobody takes the field and no agent is the default, and says so", async () => {
		expect(await routed({ rex, atlas }, OWNER)).toEqual({
			agent: "atlas",
			rule: "default",
			first: {
				rule: "owner",
				verdict: "unknown",
				clause: { text: OWNER, verdict: "unknown", error: "it gives no agent" },
			},
			outcome: "atlas, by default",
		});
	});

	it("does not match if it gives a name that no agent has, or needs what is missing", async () => {
		expect((await routed({ rex, atlas }, "$string('zed')")).first?.clause?.error).toBe("there is no agent zed");
		expect((await routed({ rex, atlas }, "$owner(job)")).first?.clause?.missing).toEqual(["job"]);
		expect(await routed({ rex, atlas }, "$lowercase('REX')")).toMatchObject({ agent: "rex", rule: "owner" });
	});

	it("is refused as the last rule", () => {
		const artefact = { ...smallArtefact, route: [{ name: "owner", agent: OWNER }] };
		expect(() => loadPipeline(artefact)).toThrow("the artefact's last route rule names no agent");
	});
});
