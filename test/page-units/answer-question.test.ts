import { describe, expect, it } from "vitest";
import { answerQuestion } from "../../page/engine/answer-question.ts";

const question = { event: "workflow_job", payload: {} };
const shipped = { packs: { "healer/github": { files: [] } }, prompts: {} };
const explain = (text: string) => answerQuestion({ kind: "explain", text, prompts: {}, question }, shipped);

describe("answerQuestion", () => {
	it.each([
		["a pack of one's own", "version: 1\nextends: [./ours]\n", "The browser has only the packs that Healer ships."],
		["a pack that there is not", "version: 1\nextends: [healer/githup]\n", "Did you mean `healer/github`?"],
		["a text that is not YAML", "version: [\n", "pipeline.yaml:"],
	])("says what is wrong with %s", async (_what, text, problem) => {
		const answer = await explain(text);
		expect(answer.kind).toBe("problem");
		expect(JSON.stringify(answer)).toContain(problem);
	});
});
