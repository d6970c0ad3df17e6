import { DurableObject } from "cloudflare:workers";
import type { Env, Wakeup } from "../env.ts";

// As `wrangler.toml` has it; Cloudflare runs several batches of a queue at once, too.
const MOST_IN_BATCH = 4;
const BATCHES_AT_ONCE = 8;

/**
 * The queue of wake-ups of a local hub: kept in memory, since each is only a hint. One call sends some; they reach the worker's own
 * `queue` without another.
 */
export function wakeupsObject<Bound>({ queue }: ExportedHandler<Env, Wakeup>, envOf: (bound: Bound) => Env) {
	return class WakeupsObject extends DurableObject<Bound> {
		readonly due: Wakeup[] = [];
		running = 0;

		/** Hands them to the worker after `delay_ms`. */
		send(wakeups: readonly Wakeup[], delay_ms: number): void {
			setTimeout(() => {
				this.due.push(...wakeups);
				this.start();
			}, delay_ms);
		}

		start(): void {
			while (this.running < BATCHES_AT_ONCE && this.due.length > 0) {
				this.running++;
				void this.consume(this.due.splice(0, MOST_IN_BATCH));
			}
		}

		async consume(wakeups: readonly Wakeup[]): Promise<void> {
			try {
				await queue?.(batchOf(wakeups), envOf(this.env), this.ctx as unknown as ExecutionContext);
			} finally {
				this.running--;
				this.start();
			}
		}
	};
}

export type WakeupsObject = InstanceType<ReturnType<typeof wakeupsObject>>;

/** A batch whose messages are gone whatever is done with them. */
function batchOf(wakeups: readonly Wakeup[]): MessageBatch<Wakeup> {
	const nothing = () => undefined;
	const messages = wakeups.map((body) => ({
		id: crypto.randomUUID(),
		timestamp: new Date(),
		body,
		attempts: 1,
		ack: nothing,
		retry: nothing,
	}));
	return { queue: "wakeups", messages, ackAll: nothing, retryAll: nothing } as unknown as MessageBatch<Wakeup>;
}
