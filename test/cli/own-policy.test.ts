import path from "node:path";
import { expect, it } from "vitest";
import { test } from "../../cli/test.ts";
import { recordedOutput } from "./recorded-output.ts";

const PIPELINE = path.join(import.meta.dirname, "../cases/own-policy/pipeline.yaml");

it("a policy of its own on the shipped packs passes its cases", async () => {
	const output = recordedOutput();
	await test([], { pipeline: PIPELINE }, output);
	expect([...output.lines, ...output.problems].filter((line) => line.includes("✗") || line.startsWith("    "))).toEqual(
		[],
	);
	expect(output.lines.at(-1)).toBe("12 of 12 cases passed.");
});
