import { afterAll, describe, it } from "vitest";
import { blocksOf } from "../support/markdown.ts";
import { runStory } from "./support/run-story.ts";
import { parseStories, readStories } from "./support/story-file.ts";
import { StoryHubs } from "./support/story-hubs.ts";
import { variantsOf } from "./support/variants.ts";

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
				await runStory(story, variant, await hubs.of(story.policy));
			});
		}
	}
});
