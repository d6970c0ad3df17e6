import type { Effects } from "../effects.ts";
import { addIgnored } from "../journal/ignored-counts.ts";
import { messageOf } from "../log.ts";

// Written together: one statement for a burst instead of one for each delivery.
const GATHER_MS = 500;

// Counts of this isolate that are not in the journal yet, by day and reason.
const pending = new Map<string, Map<string, number>>();
let gathering = false;

/** Counts an ignored delivery, after its answer: the caller hands this to `waitUntil`. Never throws. */
export async function countIgnored(
	effects: Pick<Effects, "journal" | "now" | "sleep" | "log">,
	kind: string,
): Promise<void> {
	const day = new Date(effects.now()).toISOString().slice(0, 10);
	add(day, kind, 1);
	if (gathering) return;
	gathering = true;
	try {
		await effects.sleep(GATHER_MS);
	} finally {
		gathering = false;
	}
	await writeIgnored(effects);
}

/** Writes what was counted and is not in the journal yet. */
export async function writeIgnored(effects: Pick<Effects, "journal" | "log">): Promise<void> {
	for (const [day, counts] of [...pending]) {
		pending.delete(day);
		try {
			await addIgnored(effects.journal, day, counts);
		} catch (cause) {
			for (const [kind, count] of counts) add(day, kind, count);
			effects.log.warn("ignored deliveries were not counted yet", { cause: messageOf(cause) });
		}
	}
}

function add(day: string, kind: string, count: number): void {
	const counts = pending.get(day) ?? new Map<string, number>();
	pending.set(day, counts.set(kind, (counts.get(kind) ?? 0) + count));
}
