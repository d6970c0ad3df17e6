import { DAY_MS, MINUTE_MS } from "../../wire/durations.ts";
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

// The cron of a hub runs more often than once a minute.
const EVERY_MS = 55_000;
// About 70 redelivery requests a run, at one a second as GitHub asks for.
const LONGEST_MS = 75_000;
const LOCK_MS = LONGEST_MS + MINUTE_MS;
const KEPT_MS = 30 * DAY_MS;
const AFTER_FAILURE_MS = MINUTE_MS;

let isLogged = false;

/**
 * Recovers lost deliveries, which GitHub never redelivers by itself: scans what the App's hook delivered since the last scan,
 * and requests redelivery of everything that never got a 2xx. Redeliveries arrive like any delivery, and known ones change
 * nothing. One run at a time, bounded, and within GitHub's limits.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export async function redeliverFailed(effects: Effects): Promise<void> {
	const { github, journal, now } = effects;
	if (github === undefined) {
		if (!isLogged) effects.log.info("failed deliveries not scanned: no GitHub App is configured");
		isLogged = true;
		return;
	}
	const startedAt = now();
	const scan = await lockDeliveryScan(journal, {
		now: startedAt,
		locked_until: startedAt + LOCK_MS,
		scannedBefore: startedAt - EVERY_MS,
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
	// Until the scan is through, a later page may still contain a redelivery of a failed one.
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
		log.warn("failed deliveries not all requested again", { ...found, reason: describe(failure) });
	else if (pending > 0 || found.recovered > 0 || requested.lost > 0)
		log.info("failed deliveries requested again", found);
	return failure;
}

function waitAfter(failure: GitHubFailure, now: number): number {
	return failure.reason === "rate_limited" ? failure.until : now + AFTER_FAILURE_MS;
}

function describe(failure: GitHubFailure): string {
	switch (failure.reason) {
		case "rate_limited":
			return `GitHub's rate limit, until ${new Date(failure.until).toISOString()}`;
		case "forbidden":
			return `GitHub denied the App access: ${failure.detail}`;
		case "not_found":
		case "refused":
		case "unavailable":
			return `GitHub gave no usable answer: ${failure.detail}`;
		default:
			return failure satisfies never;
	}
}
