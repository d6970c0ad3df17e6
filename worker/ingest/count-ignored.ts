import type { Effects } from "../effects.ts";
import { addIgnored } from "../journal/ignored.ts";

// Written together: one statement for a burst, not one for each delivery.
const GATHER_MS = 500;
const GIVEN_UP_MS = 10 * GATHER_MS;

// This isolate's counts that are not in the journal yet, by day and reason.
const pending = new Map<string, Map<string, number>>();
// When the pending write was scheduled. A request that is cut off takes its timer with it.
let gatheringSince = 0;

/** Counts an ignored delivery after its answer: the caller passes the promise to `waitUntil`. Never throws. */
export async function countIgnored(
	effects: Pick<Effects, "journal" | "now" | "sleep" | "log">,
	kind: string,
): Promise<void> {
	const now = effects.now();
	add(new Date(now).toISOString().slice(0, 10), kind, 1);
	if (Math.abs(now - gatheringSince) < GIVEN_UP_MS) return;
	gatheringSince = now;
	await effects.sleep(GATHER_MS);
	gatheringSince = 0;
	await writeIgnored(effects);
}

/** Writes the pending counts to the journal. */
export async function writeIgnored(effects: Pick<Effects, "journal" | "log">): Promise<void> {
	for (const [day, counts] of [...pending]) {
		pending.delete(day);
		try {
			await addIgnored(effects.journal, day, counts);
		} catch (cause) {
			for (const [kind, count] of counts) add(day, kind, count);
			effects.log.warn("ignored deliveries not counted yet", { cause });
		}
	}
}

function add(day: string, kind: string, count: number): void {
	const counts = pending.get(day) ?? new Map<string, number>();
	pending.set(day, counts.set(kind, (counts.get(kind) ?? 0) + count));
}
