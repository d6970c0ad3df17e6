import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import { type DeliveryLook, endDeliveryLook, takeDeliveryLook } from "../journal/delivery-look.ts";
import { countLostDeliveries, forgetLostDeliveries } from "../journal/lost-deliveries.ts";
import { askAgain } from "./ask-again.ts";
import { lookThrough } from "./look-through.ts";

// The cron of one machine comes more often than once a minute.
const EVERY_MS = 55_000;
// At one request for a redelivery a second, as GitHub wants it, some 70 a run.
const LONGEST_MS = 75_000;
const HOLD_MS = LONGEST_MS + 60_000;
const KEPT_MS = 30 * 24 * 3600 * 1000;
const AFTER_FAILURE_MS = 60_000;

let isSaid = false;

/**
 * No delivery stays lost: GitHub never delivers again by itself. Looks through what the App's hook delivered since the
 * last look and asks GitHub to deliver again what never got a 2xx. They come in as any delivery does; that one was
 * known already changes nothing. One run at a time, bounded, and within the limits that GitHub names.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export async function redeliverLost(effects: Effects): Promise<void> {
	const { github, journal, now } = effects;
	if (github === undefined) {
		if (!isSaid) effects.log.info("deliveries that GitHub fails to hand over are not looked for: not configured");
		isSaid = true;
		return;
	}
	const startedAt = now();
	const look = await takeDeliveryLook(journal, {
		now: startedAt,
		locked_until: startedAt + HOLD_MS,
		looked_before: startedAt - EVERY_MS,
	});
	if (look === undefined) return;
	let failure: GitHubFailure | undefined;
	try {
		failure = await lookAndAsk(effects, github, look, startedAt + LONGEST_MS);
	} finally {
		const not_before = failure === undefined ? 0 : waitAfter(failure, now());
		await endDeliveryLook(journal, { looked_at: now(), not_before, problem: failure ? describe(failure) : null });
	}
}

async function lookAndAsk(
	effects: Effects,
	github: GitHub,
	look: DeliveryLook,
	until: number,
): Promise<GitHubFailure | undefined> {
	const { journal, log, now } = effects;
	const before = await countLostDeliveries(journal);
	const looked = await lookThrough(effects, github, look, until);
	// Before all is seen, a redelivery of what failed may still stand on a later page.
	const asked = looked.ok && looked.through ? await askAgain(effects, github, until) : { asked: 0, given_up: 0 };
	await forgetLostDeliveries(journal, now() - KEPT_MS);

	const { wanted, arrived } = await countLostDeliveries(journal);
	const failure = looked.ok ? asked.failure : looked.failure;
	const found = { wanted, asked: asked.asked, arrived: arrived - before.arrived, given_up: asked.given_up };
	if (failure !== undefined)
		log.warn("GitHub's deliveries were not all looked after", { ...found, reason: describe(failure) });
	else if (wanted > 0 || found.arrived > 0 || asked.given_up > 0) log.info("lost deliveries were asked for", found);
	return failure;
}

function waitAfter(failure: GitHubFailure, now: number): number {
	return failure.reason === "rate_limited" ? failure.until : now + AFTER_FAILURE_MS;
}

function describe(failure: GitHubFailure): string {
	switch (failure.reason) {
		case "rate_limited":
			return `GitHub limits the rate of requests until ${new Date(failure.until).toISOString()}`;
		case "forbidden":
			return `GitHub refused it to the App: ${failure.detail}`;
		case "not_found":
		case "refused":
		case "unavailable":
			return `GitHub gave no answer that helps: ${failure.detail}`;
		default:
			return failure satisfies never;
	}
}
