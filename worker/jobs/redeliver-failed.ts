import type { Effects } from "../effects.ts";
import type { GitHub, GitHubFailure } from "../github/github.ts";
import {
	countFailedDeliveries,
	type DeliveryScan,
	endDeliveryScan,
	lockDeliveryScan,
	pruneFailedDeliveries,
} from "../journal/failed-deliveries.ts";
import { requestRedelivery } from "./request-redelivery.ts";
import { scanDeliveries } from "./scan-deliveries.ts";

// The cron of one machine comes more often than once a minute.
const EVERY_MS = 55_000;
// At one request for a redelivery a second, as GitHub wants it, some 70 a run.
const LONGEST_MS = 75_000;
const LOCK_MS = LONGEST_MS + 60_000;
const KEPT_MS = 30 * 24 * 3600 * 1000;
const AFTER_FAILURE_MS = 60_000;

let isLogged = false;

/**
 * No delivery stays lost: GitHub never delivers again by itself. Looks through what the App's hook delivered since the
 * last look and asks GitHub to deliver again what never got a 2xx. They come in as any delivery does; that one was
 * known already changes nothing. One run at a time, bounded, and within the limits that GitHub names.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export async function redeliverFailed(effects: Effects): Promise<void> {
	const { github, journal, now } = effects;
	if (github === undefined) {
		if (!isLogged) effects.log.info("deliveries that GitHub fails to hand over are not looked for: not configured");
		isLogged = true;
		return;
	}
	const startedAt = now();
	const scan = await lockDeliveryScan(journal, {
		now: startedAt,
		locked_until: startedAt + LOCK_MS,
		scanned_before: startedAt - EVERY_MS,
	});
	if (scan === undefined) return;
	let failure: GitHubFailure | undefined;
	try {
		failure = await scanAndRequest(effects, github, scan, startedAt + LONGEST_MS);
	} finally {
		const not_before = failure === undefined ? 0 : waitAfter(failure, now());
		await endDeliveryScan(journal, { scanned_at: now(), not_before, problem: failure ? describe(failure) : null });
	}
}

async function scanAndRequest(
	effects: Effects,
	github: GitHub,
	scan: DeliveryScan,
	until: number,
): Promise<GitHubFailure | undefined> {
	const { journal, log, now } = effects;
	const before = await countFailedDeliveries(journal);
	const scanned = await scanDeliveries(effects, github, scan, until);
	// Before all is seen, a redelivery of what failed may still stand on a later page.
	const requested =
		scanned.ok && scanned.through ? await requestRedelivery(effects, github, until) : { requested: 0, lost: 0 };
	await pruneFailedDeliveries(journal, now() - KEPT_MS);

	const { pending, recovered } = await countFailedDeliveries(journal);
	const failure = scanned.ok ? requested.failure : scanned.failure;
	const found = {
		pending,
		requested: requested.requested,
		recovered: recovered - before.recovered,
		lost: requested.lost,
	};
	if (failure !== undefined)
		log.warn("GitHub's failed deliveries were not all requested again", { ...found, reason: describe(failure) });
	else if (pending > 0 || found.recovered > 0 || requested.lost > 0)
		log.info("failed deliveries were requested again", found);
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
