import { env } from "cloudflare:workers";
import type { Env } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";
import type { QueuedMessage } from "../../../worker/ingest/delivery-queue.ts";

/** The queue of deliveries, as far as the worker sees it: what is in it, and what a test has it do instead. */
export interface StubQueue extends Queue<QueuedMessage> {
	/** What is in it, with how often it was tried. */
	readonly messages: { readonly body: QueuedMessage; attempts: number }[];
	/** Called before a message is taken. */
	fails: () => Promise<void>;
}

export function stubQueue(): StubQueue {
	const queue: StubQueue = {
		messages: [],
		fails: async () => undefined,
		async send(body) {
			await queue.fails();
			const json = JSON.stringify(body);
			// As the platform does, which counts some hundred bytes of its own.
			if (new TextEncoder().encode(json).byteLength > 127_900) throw new Error("message length exceeds limit");
			queue.messages.push({ body: JSON.parse(json), attempts: 0 });
			return { metadata: { metrics: await queue.metrics() } };
		},
		async sendBatch() {
			throw new Error("nobody sends batches");
		},
		async metrics() {
			return { backlogCount: queue.messages.length, backlogBytes: 0 };
		},
	};
	return queue;
}

/** Only the deliveries in it. */
export function deliveriesIn(queue: StubQueue) {
	return queue.messages.flatMap(({ body }) => (body.kind === "delivery" ? [body.delivery] : []));
}

export interface Consumed {
	readonly written: number;
	/** Seconds that each of the others has to wait. */
	readonly waits: readonly number[];
}

/** Hands all that is in the queue to the worker once, in batches; what is not acknowledged stays in it. */
export async function consume(queue: StubQueue, changes: Partial<Env> = {}, batchSize = 25): Promise<Consumed> {
	const all = queue.messages.splice(0);
	const waits: number[] = [];
	for (let from = 0; from < all.length; from += batchSize) {
		const part = all.slice(from, from + batchSize);
		const seen = new Set<object>();
		const messages = part.map((message) => {
			message.attempts++;
			// The first word about a message counts, as on the platform.
			const first = (act: () => unknown) => {
				if (!seen.has(message)) act();
				seen.add(message);
			};
			return {
				id: crypto.randomUUID(),
				timestamp: new Date(),
				...message,
				ack: () => first(() => undefined),
				retry: ({ delaySeconds = 0 }: QueueRetryOptions = {}) =>
					first(() => {
						waits.push(delaySeconds);
						queue.messages.push(message);
					}),
			};
		});
		const batch = { queue: "healer-deliveries", messages } as unknown as MessageBatch<unknown>;
		await worker.queue(batch, { ...env, DELIVERIES: queue, ...changes });
		if (seen.size !== part.length) throw new Error("a message was neither acknowledged nor retried");
	}
	return { written: all.length - waits.length, waits };
}
