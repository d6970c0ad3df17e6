import { describe, expect, it } from "vitest";
import { promptView } from "../../../pipeline/prompt/prompt-view.ts";
import { renderPrompt } from "../../../pipeline/prompt/render-prompt.ts";
import { GOLDEN_INPUTS } from "./golden-inputs.ts";
import { shippedPrompts } from "./shipped-prompts.ts";

const prompts = shippedPrompts();

/** `npx vitest run --project node test/pipeline/prompt -u` rewrites the files; review the diff. */
describe("the shipped prompts", () => {
	it.each(GOLDEN_INPUTS.map((input) => [input.agent.prompt, input] as const))(
		"renders %s as in test/cases/prompts",
		async (name, input) => {
			const prompt = renderPrompt(prompts, name, promptView(input));
			await expect(prompt).toMatchFileSnapshot(`../../cases/prompts/${name}.md`);
		},
	);

	it("has a golden file for each template", () => {
		const templates = Object.keys(prompts.texts).filter((name) => !name.startsWith("_"));
		expect(GOLDEN_INPUTS.map(({ agent }) => agent.prompt).toSorted()).toEqual(templates.toSorted());
	});
});
