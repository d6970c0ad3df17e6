import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import { check } from "../../cli/check.ts";
import { show } from "../../cli/show.ts";
import { test } from "../../cli/test.ts";
import { pipelineFolder, write } from "../cli/pipeline-folder.ts";
import { recordedOutput } from "../cli/recorded-output.ts";

const PIPELINE = path.join(import.meta.dirname, "../../pipeline.yaml");

/** What an artefact says, whatever text it was written as. */
function policyOf(built: Awaited<ReturnType<typeof loadGoodPipeline>>) {
	if (!built.ok) throw new Error("the pipeline is good");
	const { source: _, ...policy } = built.value;
	return policy;
}

describe("the shipped policy", () => {
	it("is valid, without a warning", async () => {
		const output = recordedOutput();
		expect(await check(PIPELINE, { strict: true }, output)).toBe(0);
		expect(output.lines[0]).toMatch(/is valid: version [0-9a-f]{12}\.$/);
	});

	it("passes the cases next to it, which cover every rule", async () => {
		const output = recordedOutput();
		const code = await test([], { pipeline: PIPELINE }, output);
		// Of a case that fails, its lines are shown.
		expect(code === 0 ? [] : output.lines).toEqual([]);
		expect(output.lines.at(-1)).toMatch(/^(\d+) of \1 cases passed\.$/);
		expect(output.lines.at(-2)).toMatch(/^All \d+ rules are covered by a case\.$/);
	});

	it("is printed as one file that builds the same", async () => {
		const file = pipelineFolder();
		const output = recordedOutput();
		expect(await show({ pipeline: file }, output)).toBe(0);
		const alone = write(path.dirname(file), "alone.yaml", output.lines.join("\n"));
		const [one, other] = [await loadGoodPipeline(file), await loadGoodPipeline(alone)];
		expect(policyOf(other)).toEqual(policyOf(one));
	});
});
