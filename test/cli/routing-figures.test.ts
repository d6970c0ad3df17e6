import { beforeAll, describe, expect, it } from "vitest";
import type { Artefact } from "../../pipeline/index.ts";
import { measure, readBatch, type Way } from "../routing/figures.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

/** What the shipped policy reaches today. Raise a figure with the change that improves it; never lower one to pass. */
const LEAST: readonly (readonly [string, Way, { agent: number; type: number }])[] = [
	["first-batch.jsonl", "as it is", { agent: 116, type: 109 }],
	["first-batch.jsonl", "names removed", { agent: 116, type: 108 }],
	["first-batch.jsonl", "log only", { agent: 115, type: 108 }],
	["first-batch.jsonl", "no log", { agent: 76, type: 33 }],
];

describe("failures that nobody tuned for", () => {
	let artefact: Artefact;
	beforeAll(async () => {
		artefact = await shippedArtefact();
	});

	it.each(LEAST)("%s, %s: at least %j right", async (file, way, least) => {
		const figures = await measure(artefact, readBatch(file), way);
		const short = figures.misses
			.map(({ id, right, chosen, why }) => `${id} ${chosen}, not ${right}: ${why}`)
			.join("\n");
		expect(figures.agent, short).toBeGreaterThanOrEqual(least.agent);
		expect(figures.type, short).toBeGreaterThanOrEqual(least.type);
	});

	it("holds each failure once, and each agent's own", () => {
		const batch = readBatch("first-batch.jsonl");
		expect(batch).toHaveLength(118);
		expect(new Set(batch.map(({ id }) => id)).size).toBe(118);
		expect(new Set(batch.map(({ agent }) => agent)).size).toBe(5);
	});
});
