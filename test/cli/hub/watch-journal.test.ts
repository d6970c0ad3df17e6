import { expect, it } from "vitest";
import { watchJournal } from "../../../cli/hub/watch-journal.ts";

/** What is said when each look finds the next of `looks`. */
async function saidOf(looks: readonly { healthy: boolean; why?: string }[]): Promise<string[]> {
	const said: string[] = [];
	let look = 0;
	const { promise, resolve } = Promise.withResolvers<void>();
	const stop = watchJournal(
		{
			isHealthy: async () => looks[look]?.healthy ?? true,
			whyNotWritable: async () => {
				const { why } = looks[look++] ?? {};
				if (look > looks.length) resolve();
				return why;
			},
			say: (problem) => said.push(problem),
		},
		1,
	);
	await promise;
	stop();
	return said;
}

const GOOD = { healthy: true };
const BAD = { healthy: false };

it("says once that deliveries are refused, and once that they are taken again", async () => {
	expect(await saidOf([GOOD, BAD, BAD, BAD, BAD, GOOD, GOOD])).toEqual([
		"The journal does not answer; deliveries are refused. See the log for the reason.",
		"The journal works again: deliveries are accepted.",
	]);
});

it("names what the disk says", async () => {
	const full = { healthy: true, why: "ENOSPC: no space left on device, write" };
	expect(await saidOf([full, full, full])).toEqual([
		"The journal cannot be written; deliveries may be refused: ENOSPC: no space left on device, write.",
	]);
});

it("says nothing of one look that failed: the runtime restarts", async () => {
	expect(await saidOf([GOOD, BAD, GOOD, BAD, GOOD])).toEqual([]);
});
