import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draftCodeRun } from "../../../pipeline/stages/draft-coderun.ts";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline(smallArtefact);

/** `spec.env.TARGET_BRANCH` of a CodeRun for this branch. */
async function variableFor(branch: string): Promise<string> {
	const { coderun } = await draftCodeRun(pipeline.spawn, { input: { branch }, variables: {}, facts: {} } as never);
	const { env } = coderun.spec as { env: { TARGET_BRANCH: string } };
	return env.TARGET_BRANCH;
}

describe("draftCodeRun", () => {
	it.each([
		["feat/a", "feat/a"],
		["$(GITHUB_TOKEN)", "$$(GITHUB_TOKEN)"],
		["$$(GITHUB_TOKEN)", "$$$$(GITHUB_TOKEN)"],
		["$$$(GITHUB_TOKEN)", "$$$$$$(GITHUB_TOKEN)"],
		["a$b$", "a$b$"],
		["a$$b", "a$$$$b"],
		["$(", "$$("],
	])("writes the branch %j as the variable %j", async (branch, variable) => {
		expect(await variableFor(branch)).toBe(variable);
	});

	it("writes variables that Kubernetes reads back unchanged, whatever they hold", async () => {
		const unit = fc.constantFrom("$", "(", ")", "A", "$(A)");
		await fc.assert(
			fc.asyncProperty(fc.string({ unit, minLength: 1, maxLength: 20 }), async (branch) => {
				expect(expanded(await variableFor(branch))).toBe(branch);
			}),
		);
	});
});

/**
 * What a container gets, by Kubernetes' own algorithm, where every variable holds a secret
 * (https://github.com/kubernetes/kubernetes/blob/v1.34.0/third_party/forked/golang/expansion/expand.go).
 */
function expanded(input: string): string {
	let output = "";
	for (let at = 0; at < input.length; at++) {
		const next = input[at + 1];
		const closed = input.indexOf(")", at);
		if (input[at] !== "$" || next === undefined) output += input[at];
		else if (next === "(" && closed !== -1) {
			output += "SECRET";
			at = closed;
		} else {
			output += next === "$" ? "$" : `$${next}`;
			at++;
		}
	}
	return output;
}
