import type { Wakeup } from "../../../worker/env.ts";

/** Takes batches as the worker does, and may hold one. */
interface Consumer {
	readonly batches: string[][];
	held?: Promise<void>;
}

// The object that the runtime calls may have another instance of this module than the test.
const shared = globalThis as { healerWakeups?: Consumer };

/** A fresh record of the batches that arrive, by the incidents in them. */
export function recordedWakeups(): Consumer {
	shared.healerWakeups = { batches: [] };
	return shared.healerWakeups;
}

export async function recordWakeups({ messages }: MessageBatch<Wakeup>): Promise<void> {
	shared.healerWakeups?.batches.push(messages.map(({ body }) => body.incident_id));
	await shared.healerWakeups?.held;
}
