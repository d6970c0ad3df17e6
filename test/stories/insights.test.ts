import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "./support/differences.ts";
import type { Tree } from "./support/laid-over.ts";
import { runStory } from "./support/run-story.ts";
import { readStories } from "./support/story-file.ts";
import { StoryHubs } from "./support/story-hubs.ts";
import { PLAIN } from "./support/variants.ts";

const hubs = new StoryHubs();
afterAll(() => hubs.stop());

/** All figures are counted by hand from `counted/counted.yaml`. */
describe("the insights of ten stories", () => {
	let insights: Tree;
	beforeAll(async () => {
		const stories = readStories(path.join(import.meta.dirname, "counted"));
		await Promise.all(stories.map((story) => runStory(story, PLAIN, hubs)));
		insights = await (await hubs.of("usual")).insights();
	});

	it("counts each incident, attempt and end", () => {
		expect(insights.total).toEqual({
			// All but the stranger's.
			incidents: 9,
			// Three each where rex failed twice.
			attempts: 13,
			// Without the rerun, the one that is worked on, and the one that was stopped.
			remediations: 6,
			// Rex, blaze, atlas, and the five deliveries.
			fixed: 4,
			fix_rate: 0.6667,
			time_to_fix: { p50_s: expect.any(Number), p90_s: expect.any(Number), of: 4 },
			// Four of the five deliveries.
			duplicates: { prevented: 4, made: 0, rate: 1 },
			// Atlas fixed what rex was chosen for.
			routing: { right: 3, corrected: 1, rate: 0.75 },
			agent_time: { total_s: expect.any(Number), per_fix_s: expect.any(Number), of: expect.any(Number) },
			flaky: 1,
		});
	});

	it("compares the four targets", () => {
		expect(insights.targets).toMatchObject([
			{ name: "routing", target: 0.9, actual: 0.75, met: false, count: 3, of: 4 },
			{ name: "duplicates_prevented", target: 1, actual: 1, met: true, count: 4, of: 4 },
			{ name: "time_to_fix_p50", target: 900, met: true, count: 4, of: 4 },
			{ name: "fix_rate", target: 0.7, actual: 0.6667, met: false, count: 4, of: 6 },
		]);
	});

	it("counts each agent's share", () => {
		const agents = Object.fromEntries((insights.by as { agent: Tree[] }).agent.map((one) => [String(one.value), one]));
		const expected = {
			rex: { incidents: 8, attempts: 10, remediations: 5, fixed: 2 },
			blaze: { incidents: 1, attempts: 1, remediations: 1, fixed: 1 },
			atlas: { incidents: 0, attempts: 2, remediations: 2, fixed: 1 },
		};
		expect(differences(expected, agents, "by.agent")).toEqual([]);
	});
});
