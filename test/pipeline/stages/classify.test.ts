import { describe, expect, it } from "vitest";
import type { Facts } from "../../../pipeline/expression/facts.ts";
import { classify } from "../../../pipeline/stages/classify.ts";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline({
	...smallArtefact,
	fields: { frontend: { title: "Frontend", words: ["web"], files: [], sources: [], fix: "Find it." } },
	tools: [
		{
			...{ tool: "npm test", field: "frontend", programs: ["npm test"], names: [], kind: "wrapper" },
			failures: [{ type: "frontend_test", prints: [], unless: [], over: [], fix: "Run the test.", samples: [] }],
		},
	],
});

async function classified(facts: Facts) {
	const { type, category, fix, evidence } = await classify(pipeline, { input: {}, variables: {}, facts }, facts);
	return { type, category, fix, evidence: evidence?.kind };
}

describe("classify", () => {
	it("takes the type from weaker evidence of the same field if the strongest names the field only", async () => {
		const facts: Facts = { failed_steps: ["Run npm test", "web"] };
		expect(await classified(facts)).toEqual({
			type: "frontend_test",
			category: "frontend",
			fix: "Run the test.",
			evidence: "step_name",
		});
	});

	it("stays general if only the field is known", async () => {
		expect(await classified({ jobs: ["web"] })).toMatchObject({ type: "general", category: "frontend" });
	});
});
