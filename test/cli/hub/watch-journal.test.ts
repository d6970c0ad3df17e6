import { expect, it } from "vitest";
import { watchJournal } from "../../../cli/hub/watch-journal.ts";

/** The reports when each check returns the next of `looks`. */
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

it("reports once that deliveries are refused, and once that they are accepted again", async () => {
	expect(await saidOf([GOOD, BAD, BAD, BAD, BAD, GOOD, GOOD])).toEqual([
		"The journal does not answer; deliveries are refused. See the log for the reason.",
		"The journal works again: deliveries are accepted.",
	]);
});

it("reports the disk's error", async () => {
	const full = { healthy: true, why: "ENOSPC: no space left on device, write" };
	expect(await saidOf([full, full, full])).toEqual([
		"The journal cannot be written; deliveries may be refused: ENOSPC: no space left on device, write.",
	]);
});

it("ignores a single failed check: the runtime may be restarting", async () => {
	expect(await saidOf([GOOD, BAD, GOOD, BAD, GOOD])).toEqual([]);
});
