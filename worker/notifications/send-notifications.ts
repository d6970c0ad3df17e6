import type { NotifyTarget } from "../../pipeline/index.ts";
import { type Backoff, backoffMs } from "../../wire/backoff.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";
import type { Effects } from "../effects.ts";
import {
	type DueNotification,
	failOldNotifications,
	type NotificationTargetRow,
	pendingTargets,
	recordNotSent,
	recordSent,
	takeNotification,
	targetRows,
} from "../journal/notifications.ts";
import { type Cost, times } from "../runtime/budget.ts";
import { mapConcurrent } from "../runtime/map-concurrent.ts";
import { fillOutbox } from "./fill-outbox.ts";
import { type Posted, postMessage } from "./post-message.ts";
import { findReceiver, type Receiver } from "./receiver.ts";

const AT_ONCE = 4;
/** Taken, posted, recorded. */
const COST: Cost = { statements: 5, subrequests: 5 };
/** For all of what a sweep needs to make some progress. */
export const NOTIFICATIONS_COST: Cost = { statements: 50, subrequests: 50 };
/** The other steps of a sweep go first; this is how long the next sweep of a local hub may wait for this one. */
const LONGEST_MS = 20_000;
/** Longer than one try takes; then whoever took the message is gone. */
const TAKEN_MS = MINUTE_MS;
/** 10 s, 20 s ... 5 minutes: after an outage, a receiver hears of everything within that. */
const TARGET_PAUSES: Backoff = { firstMs: 10_000, longestMs: 5 * MINUTE_MS };
/** For a message that its receiver refuses, while it accepts others. */
const MESSAGE_PAUSES: Backoff = { firstMs: MINUTE_MS, longestMs: HOUR_MS };
/** A notification that is older helps nobody. */
const GIVE_UP_AFTER_MS = 3 * DAY_MS;

/**
 * Sends what happened to the targets of the pipeline's `notify`, at least once: a message stays in the outbox until its
 * receiver answered 2xx. After a failure the target waits, and what is for it waits with it; another target does not. Messages of
 * one target are tried oldest first, and no order is promised. After three days a message counts as failed.
 */
export async function sendNotifications(effects: Effects): Promise<void> {
	const { journal, now } = effects;
	const until = now() + LONGEST_MS;
	await fillOutbox(effects);
	const names = await pendingTargets(journal);
	if (names.length === 0) return;
	await giveUp(effects);
	const [{ notify }, rows] = [await effects.engine(), await targetRows(journal)];
	await mapConcurrent(names, AT_ONCE, async (name) => {
		const target = notify.find((one) => one.name === name);
		if (target !== undefined) await sendTo(effects, target, rows.get(name), until);
	});
}

async function giveUp({ journal, log, now }: Effects): Promise<void> {
	const failed = await failOldNotifications(journal, now() - GIVE_UP_AFTER_MS, now());
	if (failed > 0) log.error("notifications failed: their receivers accepted none for three days", { failed });
}

/** Sends what is due for one target, until it fails. */
async function sendTo(
	effects: Effects,
	target: NotifyTarget,
	row: NotificationTargetRow | undefined,
	until: number,
): Promise<void> {
	const { budget, journal, now } = effects;
	const receiver = findReceiver(target, effects.notifications);
	if (!receiver.ok || (row?.not_before ?? 0) > now()) return;
	let failures = row?.failures ?? 0;
	while (now() < until && budget.has(times(COST, AT_ONCE))) {
		const due = await takeNotification(journal, target.name, { now: now(), takenMs: TAKEN_MS });
		if (due === undefined) return;
		const posted = await tryPost(effects, receiver.value, due);
		if (posted.ok) {
			failures = 0;
			await recordSent(journal, due, now());
		} else {
			await recordFailure(effects, due, posted, failures++);
			if (posted.concerns === "target") return;
		}
	}
}

async function tryPost(effects: Effects, receiver: Receiver, due: DueNotification): Promise<Posted> {
	try {
		return await postMessage(effects.notifications.fetch, receiver, due, effects.now());
	} catch (cause) {
		// A damaged row: the others are not its fault.
		effects.log.error("sending a notification failed", { target: due.target, webhook_id: due.id, cause });
		return { ok: false, concerns: "message", error: "the message in the journal cannot be read", wait_ms: 0 };
	}
}

async function recordFailure(
	{ journal, log, now, random }: Effects,
	due: DueNotification,
	{ concerns, error, wait_ms }: Extract<Posted, { ok: false }>,
	failures: number,
): Promise<void> {
	log.warn("notification not sent", { target: due.target, webhook_id: due.id, tries: due.tries, reason: error });
	const pause = (earlier: number, pauses: Backoff) =>
		now() + Math.max(wait_ms, backoffMs(earlier, { ...pauses, random: random() }));
	await recordNotSent(journal, due, {
		error,
		// A message of a target that waits is due as soon as the target is.
		next_try_at: concerns === "message" ? pause(due.tries - 1, MESSAGE_PAUSES) : now(),
		not_before: concerns === "target" ? pause(failures, TARGET_PAUSES) : 0,
		now: now(),
	});
}
