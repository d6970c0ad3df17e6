import { answerCommand } from "../commands/answer-command.ts";
import { createEffects } from "../create-effects.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { explainFailure } from "../journal/failure.ts";
import { useJournal } from "../journal/use-journal.ts";
import { createLog } from "../log.ts";
import { countIgnored } from "./count-ignored.ts";
import type { PreparedDelivery } from "./delivery-content.ts";
import type { QueuedMessage } from "./delivery-queue.ts";
import { writeDelivery } from "./write-delivery.ts";

/** Nobody waits for an answer here: a slow journal is better than none. */
const WITHIN_MS = 30_000;

const FIRST_PAUSE_S = 10;
const LONGEST_PAUSE_S = 300;

/** A delivery that a filter refused belongs to an incident that may come behind it: a queue keeps no order. */
const EARLY_PAUSE_S = 10;
const EARLY_UNTIL_MS = 10 * 60_000;

/** A message may be retried a hundred times: https://developers.cloudflare.com/queues/platform/limits/ */
const RENEWED_AFTER = 90;
/** The longest that a queue can be told to keep a message. What cannot be written down for so long goes to the dead letters. */
const KEPT_MS = 14 * 24 * 3600 * 1000;

/** `early`: it belongs to an incident that is not in the journal yet. `away`: the journal did not take it. */
type Outcome = "written" | "early" | "away";

/**
 * Writes down deliveries that waited for the journal. Each is acknowledged once it is in it; while the journal is away it
 * is retried, later and later. One that was written down already, by whoever gave up on it or by this, changes nothing.
 */
export async function consumeDeliveries(messages: readonly Message<QueuedMessage>[], env: Env): Promise<void> {
	const effects = createEffects(env, createLog());
	const behind: Promise<void>[] = [];
	let isAway = false;
	for (const message of messages) {
		const { body } = message;
		if (body.kind === "probe") {
			message.ack();
			continue;
		}
		// The others of this batch would wait for the same journal as long.
		const outcome: Outcome = isAway ? "away" : await tryToWrite(effects, body, behind);
		isAway = outcome === "away";
		if (outcome === "written") message.ack();
		else if (outcome === "early") message.retry({ delaySeconds: EARLY_PAUSE_S });
		else await retryLater(message, env, effects);
	}
	await Promise.all(behind);
}

async function tryToWrite(
	effects: Effects,
	{ version, delivery }: Extract<QueuedMessage, { kind: "delivery" }>,
	behind: Promise<void>[],
): Promise<Outcome> {
	if (version !== 1) {
		effects.log.error("a queued delivery is of a newer worker: it waits for that", { version });
		return "away";
	}
	const log = effects.log.with({ delivery_id: delivery.delivery_id, event: delivery.event });
	const { journal, now } = effects;
	const work = () => write(effects, delivery, log, behind);
	const written = await useJournal(journal, { limit_ms: WITHIN_MS, now }, work);
	if (written.ok) return written.value;
	const { failure, cause } = written;
	log.error("a queued delivery could not be written down yet", {
		reason: explainFailure(failure),
		cause,
	});
	return "away";
}

/** As the webhook does it; what the webhook does behind its answer, that none need wait for, goes into `behind`. */
async function write(
	effects: Effects,
	delivery: PreparedDelivery,
	log: Effects["log"],
	behind: Promise<void>[],
): Promise<Exclude<Outcome, "away">> {
	const age_ms = Math.max(0, effects.now() - delivery.received_at);
	const acceptance = await writeDelivery(effects, settleLonger(delivery, age_ms), log);
	if (acceptance.status === "ignored") {
		if (acceptance.is_unknown && age_ms < EARLY_UNTIL_MS) return "early";
		behind.push(countIgnored(effects, acceptance.kind));
		return "written";
	}
	if (acceptance.command_id !== undefined) behind.push(answerCommand(effects, acceptance.command_id));
	if (acceptance.status === "accepted") await effects.wake(acceptance.incident_id, acceptance.due_in_ms);
	return "written";
}

/**
 * The other deliveries of the same run may wait here as long as this one did, and one of them may say that nothing is to be
 * done: the decision waits for them.
 */
function settleLonger(delivery: PreparedDelivery, age_ms: number): PreparedDelivery {
	const { content } = delivery;
	if (content.outcome !== "incident" || content.settle_ms === 0) return delivery;
	const settle_ms = content.settle_ms + Math.min(age_ms, LONGEST_PAUSE_S * 1000);
	return { ...delivery, content: { ...content, settle_ms } };
}

async function retryLater(message: Message<QueuedMessage>, env: Env, { now, log }: Effects): Promise<void> {
	const delaySeconds = Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** Math.min(message.attempts - 1, 10));
	const { body } = message;
	const isYoung = body.kind === "delivery" && now() - body.delivery.received_at < KEPT_MS;
	if (message.attempts >= RENEWED_AFTER && isYoung && env.DELIVERIES !== undefined) {
		try {
			// A new message has all its tries before it.
			await env.DELIVERIES.send(body, { delaySeconds });
			message.ack();
			return;
		} catch (cause) {
			log.warn("a queued delivery could not be renewed", { cause });
		}
	}
	message.retry({ delaySeconds });
}
