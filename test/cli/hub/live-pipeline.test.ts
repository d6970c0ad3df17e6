import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchPipeline } from "../../../cli/hub/live-pipeline.ts";
import { pipelineFolder } from "../pipeline-folder.ts";

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
});
afterEach(() => {
	vi.useRealTimers();
});

describe("watchPipeline", () => {
	it("activates an edited file within two seconds of its clock, and rejects a broken one as fast", async () => {
		const file = pipelineFolder();
		const heard: string[] = [];
		const stop = watchPipeline(
			{ file, keptFile: path.join(path.dirname(file), "kept.json"), colour: false },
			{
				good: async () => void heard.push("good"),
				bad: () => void heard.push("bad"),
			},
		);
		await nextLook();
		const text = readFileSync(file, "utf8");
		writeFileSync(file, `${text}\n# edited\n`);
		expect(await timeUntil(() => heard.length === 1)).toBeLessThanOrEqual(2_000);
		writeFileSync(file, "version: 1\nnonsense: true\n");
		expect(await timeUntil(() => heard.length === 2)).toBeLessThanOrEqual(2_000);
		expect(heard).toEqual(["good", "bad"]);
		stop();
	});
});

/** Milliseconds of the fake clock, which advances from poll to poll: the duration of a poll itself does not count. */
async function timeUntil(condition: () => boolean): Promise<number> {
	const began = Date.now();
	for (let looks = 0; looks < 100; looks++) {
		vi.advanceTimersToNextTimer();
		await nextLook();
		if (condition()) return Date.now() - began;
	}
	throw new Error("a hundred looks saw nothing");
}

/** Until the current poll is over, and the next is scheduled. */
async function nextLook(): Promise<void> {
	while (vi.getTimerCount() === 0) await turn();
}
