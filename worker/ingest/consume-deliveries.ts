import { backoffMs } from "../../wire/backoff.ts";
import { DAY_MS, MINUTE_MS } from "../../wire/durations.ts";
import { answerCommand } from "../commands/answer-command.ts";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { explainFailure } from "../journal/failure.ts";
import { useJournal } from "../journal/use-journal.ts";
import { createLog } from "../log.ts";
import { deliveryTraceId } from "../runtime/trace.ts";
import { addReceipt } from "./count-delivery.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import type { QueuedMessage } from "./delivery-queue.ts";
import { writeCounts } from "./write-counts.ts";
import { writeDelivery } from "./write-delivery.ts";

/** Nobody waits for an answer here, so a slow journal may take its time. */
const WITHIN_MS = 30_000;

const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * MINUTE_MS;

/** The incident of a delivery that a filter refused may come after it: a queue keeps no order. */
const EARLY_PAUSE_S = 10;
const EARLY_UNTIL_MS = 10 * MINUTE_MS;

/** A message may be retried a hundred times: https://developers.cloudflare.com/queues/platform/limits/ */
const RENEWED_AFTER = 90;
/** The longest retention of a queue. A delivery that cannot be stored for that long goes to the dead-letter queue. */
const KEPT_MS = 14 * DAY_MS;

/** `early`: its incident is not in the journal yet. `away`: the journal did not accept it. */
type Outcome = "written" | "early" | "away";

/**
 * Stores deliveries that waited for the journal. Each is acknowledged once it is stored; while the journal is unavailable it
 * is retried with growing delays. Idempotent: the webhook, or an earlier try that timed out, may have stored the delivery.
 */
export async function consumeDeliveries(messages: readonly Message<QueuedMessage>[], env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const background: Promise<void>[] = [];
	let isAway = false;
	for (const message of messages) {
		const { body } = message;
		if (body.kind === "probe") {
			message.ack();
			continue;
		}
		// The rest of this batch would wait as long for the same journal.
		const outcome: Outcome = isAway ? "away" : await tryToWrite(effects, body, background);
		isAway = outcome === "away";
		if (outcome === "written") message.ack();
		else if (outcome === "early") message.retry({ delaySeconds: EARLY_PAUSE_S });
		else await retryLater(message, env, effects);
	}
	// Once for the batch: a wait for others, as after a webhook's answer, would only keep the next batch waiting.
	if (!isAway) background.push(writeCounts(effects));
	await Promise.all(background);
}

async function tryToWrite(
	effects: Effects,
	{ version, delivery }: Extract<QueuedMessage, { kind: "delivery" }>,
	background: Promise<void>[],
): Promise<Outcome> {
	if (version !== 1) {
		effects.log.error("queued delivery comes from a newer worker, retried later", { version });
		return "away";
	}
	const { delivery_id, event, traceparent } = delivery;
	const log = effects.log.with({ delivery_id, trace_id: deliveryTraceId(delivery_id, traceparent), event });
	const { journal, now } = effects;
	const work = () => write(effects, delivery, log, background);
	const written = await useJournal(journal, { limitMs: WITHIN_MS, now }, work);
	if (written.ok) return written.value;
	const { failure, cause } = written;
	log.error("queued delivery not stored yet", {
		reason: explainFailure(failure),
		cause,
	});
	return "away";
}

/** Does the same as the webhook. Work that the webhook does after its answer goes into `background`. */
async function write(
	effects: Effects,
	delivery: PreparedDelivery,
	log: Effects["log"],
	background: Promise<void>[],
): Promise<Exclude<Outcome, "away">> {
	const ageMs = Math.max(0, effects.now() - delivery.received_at);
	const acceptance = await writeDelivery(effects, settleLonger(delivery, ageMs), log);
	const isEarly = acceptance.status === "ignored" && acceptance.isUnknown && ageMs < EARLY_UNTIL_MS;
	if (isEarly) return "early";
	addReceipt(effects.now(), acceptance);
	if (acceptance.status === "command") background.push(answerCommand(effects, acceptance.command_id));
	if (acceptance.status === "accepted") await effects.wake(acceptance.incident_id, acceptance.dueInMs);
	return "written";
}

/**
 * Other deliveries of the same run may be queued for as long as this one was, and one of them may cancel the incident: the
 * decision waits for them.
 */
function settleLonger(delivery: PreparedDelivery, ageMs: number): PreparedDelivery {
	const { content } = delivery;
	if (content.outcome !== "incident" || content.settle_ms === 0) return delivery;
	const settle_ms = content.settle_ms + Math.min(ageMs, LONGEST_PAUSE_MS);
	return { ...delivery, content: { ...content, settle_ms } };
}

async function retryLater(message: Message<QueuedMessage>, env: Env, { now, log }: Effects): Promise<void> {
	const pauseMs = backoffMs(message.attempts - 1, { firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS });
	const delaySeconds = pauseMs / 1000;
	const { body } = message;
	const isYoung = body.kind === "delivery" && now() - body.delivery.received_at < KEPT_MS;
	if (message.attempts >= RENEWED_AFTER && isYoung && env.DELIVERIES !== undefined) {
		try {
			// A new message starts with all its retries.
			await env.DELIVERIES.send(body, { delaySeconds });
			message.ack();
			return;
		} catch (cause) {
			log.warn("queued delivery not renewed", { cause });
		}
	}
	message.retry({ delaySeconds });
}
