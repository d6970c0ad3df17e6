import { afterAll, describe, expect, it } from "vitest";
import { blocksOf } from "../support/markdown.ts";
import { runStory } from "./support/run-story.ts";
import { parseStories, readStories, type Story } from "./support/story-file.ts";
import { StoryHubs } from "./support/story-hubs.ts";
import { PLAIN, variantsOf } from "./support/variants.ts";

const README = "test/stories/README.md";
const examples = blocksOf(README).flatMap(({ language, text }) =>
	language === "yaml" ? parseStories(text, README) : [],
);

const hubs = new StoryHubs();
afterAll(() => hubs.stop());

/** All at once, each in a repository of its own: most of a story's time is waiting. */
describe.concurrent("the story", () => {
	for (const story of [...examples, ...readStories()]) {
		for (const variant of variantsOf(story)) {
			it(`${story.story} (${variant.name})`, async () => {
				await runStory(story, variant, hubs);
			});
		}
	}
});

const WRONG = `
story: This one does not hold
steps:
  - deliver: { workflow_run: { run: 1, branch: feat/x, by: "renovate[bot]" } }
  - stays: { incidents: 1, comments: [{ body: none }] }
`;

describe("a story that does not hold", () => {
	it("fails with its step, what is seen, and the hub's log", async () => {
		const [story] = parseStories(WRONG, "here");
		const failure = await runStory(story as Story, PLAIN, hubs).catch(String);
		expect(failure).toContain("This one does not hold (plain, 5dlabs/story-this-one-does-not-hold-plain)\nstep 2 of 2");
		expect(failure).toContain("incidents: expected 1, seen 0\ncomments: expected 1, seen 0");
		expect(failure).toContain("the filter bots refuses it");
	});

	it("is not read when a word is misspelt", () => {
		expect(() => parseStories(WRONG.replace("stays", "stay"), "here.yaml")).toThrow(
			/^here\.yaml "This one does not hold": /,
		);
		expect(() => parseStories(WRONG.replace("branch", "brench"), "here.yaml")).toThrow("brench");
	});
});
