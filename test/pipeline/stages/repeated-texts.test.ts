import { expect, it } from "vitest";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { repeatedTexts } from "../../../pipeline/stages/repeated-texts.ts";
import { smallArtefact } from "./small-artefact.ts";

it("repeatedTexts has the conditions as explanations have them, and the prompts as CodeRuns do", async () => {
	const { rules, prompts } = await repeatedTexts(loadPipeline(smallArtefact), smallArtefact);
	for (const { name, keep } of smallArtefact.filters) {
		expect(rules).toContain(`{"rule":${JSON.stringify(name)},"verdict":`);
		expect(rules).toContain(`"clause":{"text":${JSON.stringify(keep)},"verdict":`);
	}
	for (const { name, from } of smallArtefact.context) expect(rules).toContain(`"${name}":{"from":"${from}","status":`);
	for (const template of Object.values(smallArtefact.prompts)) expect(prompts).toContain(JSON.stringify(template));
	for (const { github_app } of Object.values(smallArtefact.agents))
		expect(prompts).toContain(JSON.stringify(github_app));
});

it("repeatedTexts is the same for the same artefact, whatever else it decided", async () => {
	const copy = structuredClone(smallArtefact);
	expect(await repeatedTexts(loadPipeline(copy), copy)).toEqual(
		await repeatedTexts(loadPipeline(smallArtefact), smallArtefact),
	);
});

it("repeatedTexts has the other texts of a pipeline that cannot decide", async () => {
	const pipeline = loadPipeline(smallArtefact);
	const broken = {
		...pipeline,
		forRepository: () => {
			throw new Error("broken");
		},
	};
	const { rules, prompts } = await repeatedTexts(broken, smallArtefact);
	expect(rules).toContain('"status":"ok"');
	expect(prompts).toContain('"claims":[{"name":"branch"');
});
