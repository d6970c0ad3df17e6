import type { Env, Wakeup } from "../env.ts";
import type { JournalObject } from "./journal-object.ts";
import { memoryKeys } from "./memory-keys.ts";
import { notHere } from "./not-here.ts";
import { objectJournal } from "./object-journal.ts";
import type { WakeupsObject } from "./wakeups-object.ts";

/** What the local runtime binds. */
export type LocalEnv = Omit<Env, "JOURNAL" | "DEDUP" | "WAKEUPS"> & {
	readonly JOURNAL_OBJECT: DurableObjectNamespace<JournalObject>;
	readonly WAKEUPS_OBJECT: DurableObjectNamespace<WakeupsObject>;
};

let known: Env | undefined;

/** The worker's bindings: one set for the life of the isolate, since the worker remembers things about them. */
export function localEnv(env: LocalEnv): Env {
	known ??= {
		...env,
		JOURNAL: objectJournal(env.JOURNAL_OBJECT),
		DEDUP: memoryKeys(),
		WAKEUPS: wakeupsQueue(env.WAKEUPS_OBJECT),
	};
	return known;
}

function wakeupsQueue(objects: DurableObjectNamespace<WakeupsObject>): Queue<Wakeup> {
	const send = async (wakeups: readonly Wakeup[], { delaySeconds = 0 }: QueueSendOptions = {}) =>
		await objects.get(objects.idFromName("wakeups")).send(wakeups, delaySeconds * 1000);
	const queue = {
		send: (wakeup: Wakeup, options?: QueueSendOptions) => send([wakeup], options),
		sendBatch: (messages: Iterable<MessageSendRequest<Wakeup>>, options?: QueueSendBatchOptions) =>
			send(
				Array.from(messages, ({ body }) => body),
				options,
			),
		metrics: () => notHere("a queue's metrics"),
	};
	return queue as unknown as Queue<Wakeup>;
}
