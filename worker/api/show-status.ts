import { withTimeout } from "../../wire/with-timeout.ts";
import { createEffects } from "../create-effects.ts";
import { currentPause } from "../dispatch/gates.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { webAddressOf } from "../github/web-address.ts";
import { jsonResponse, taggedResponse } from "../http/responses.ts";
import { deliveryQueue } from "../ingest/delivery-queue.ts";
import { writeCounts } from "../ingest/write-counts.ts";
import { countFailedDeliveries, readDeliveryScan } from "../journal/failed-deliveries.ts";
import { explainFailure, failureOf } from "../journal/failure.ts";
import { readIgnoredCounts } from "../journal/ignored.ts";
import { lastDeliveryAt } from "../journal/ignored-deliveries.ts";
import { countIncidents, lastChange } from "../journal/incidents.ts";
import { sizeOf } from "../journal/measure.ts";
import { agentPauses, repositoryPauses } from "../journal/pauses.ts";
import { activePipeline, listPipelines } from "../journal/pipelines.ts";
import { findStall } from "../journal/starts.ts";
import { createLog } from "../log.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import { presentPause, presentPaused } from "./pause-and-resume.ts";
import { presentPushed } from "./pipeline-versions.ts";
import type { DeliveryQueueStatus, HubStatus } from "./shapes.ts";
import { showNotifications } from "./show-notifications.ts";

/** Nobody waits longer for the page, which retries by itself. */
const WITHIN_MS = 10_000;

/**
 * `GET /api/status`: the pauses, whether CodeRuns are started, incidents by state, ignored deliveries by reason, the loaded pipeline, pushed pipelines,
 * deliveries that wait for the journal, deliveries that GitHub failed to deliver, notifications, when an incident last changed, and the journal's size. While the
 * journal is unavailable: how many deliveries wait for it.
 */
export async function showStatus(request: Request, env: Env): Promise<Response> {
	const log = createLog();
	const effects = createEffects(env, log);
	const delivery_queue = showDeliveryQueue(env);
	try {
		const known = await withTimeout(() => readStatus(env, effects), WITHIN_MS);
		return await taggedResponse(request, { ...known, delivery_queue: await delivery_queue } satisfies HubStatus);
	} catch (cause) {
		const failure = explainFailure(failureOf(cause));
		log.error("reading the status failed", { reason: failure, cause });
		return jsonResponse(503, { error: failure, delivery_queue: await delivery_queue });
	}
}

async function readStatus(env: Env, effects: Effects): Promise<Omit<HubStatus, "delivery_queue">> {
	await writeCounts(effects);
	const [
		engine,
		pause,
		incidents,
		counts,
		active,
		versions,
		redelivery,
		notifications,
		changed_at,
		stall,
		last_delivery_at,
		size_bytes,
		repositories,
		agents,
	] = await Promise.all([
		effects.engine(),
		currentPause(effects),
		countIncidents(effects.journal),
		readIgnoredCounts(effects.journal),
		activePipeline(effects.journal),
		listPipelines(effects.journal),
		showRedelivery(effects),
		showNotifications(effects),
		lastChange(effects.journal),
		findStall(effects.journal),
		lastDeliveryAt(effects.journal),
		sizeOf(effects.journal),
		repositoryPauses(effects.journal, effects.now()),
		agentPauses(effects.journal, effects.now()),
	]);
	return {
		github_url: webAddressOf(env.GITHUB_API_URL),
		pipeline: engine.version,
		paused: presentPause(pause),
		paused_repositories: repositories.map(presentPaused),
		paused_agents: agents.map(presentPaused),
		not_starting: stall === undefined ? null : { since: isoOf(stall.since) },
		pipelines: versions.map((pushed) => presentPushed(pushed, active)),
		incidents,
		...counts,
		redelivery,
		notifications,
		changed_at: isoOrNull(changed_at),
		last_delivery_at: isoOrNull(last_delivery_at),
		// In whole megabytes: the answer changes less often than the journal.
		journal: { size_bytes: Math.ceil(size_bytes / MEGABYTE) * MEGABYTE },
	};
}

const MEGABYTE = 1_000_000;

const QUEUE_WITHIN_MS = 2_000;

/**
 * The number of deliveries that wait for the journal, from the queue's own metrics: approximate, and messages that wait for a
 * retry may be counted late. Null if there is no such queue.
 */
async function showDeliveryQueue(env: Env): Promise<DeliveryQueueStatus | null> {
	const queue = deliveryQueue(env);
	if (queue === undefined) return null;
	try {
		const { backlogCount, oldestMessageTimestamp } = await withTimeout(() => queue.metrics(), QUEUE_WITHIN_MS);
		const oldest = backlogCount > 0 ? Number(oldestMessageTimestamp ?? 0) : 0;
		return { waiting: backlogCount, oldest_at: oldest > 0 ? isoOf(oldest) : null };
	} catch {
		return { waiting: null, oldest_at: null };
	}
}

/** The `redelivery` part of `GET /api/status`. */
export async function showRedelivery({ github, journal, now }: Pick<Effects, "github" | "journal" | "now">) {
	if (github === undefined) return { configured: false } as const;
	const [scan, counts] = await Promise.all([readDeliveryScan(journal), countFailedDeliveries(journal)]);
	return {
		configured: true,
		...counts,
		scanned_at: isoOrNull(scan?.scanned_at ?? null),
		waits_until: scan !== undefined && scan.not_before > now() ? isoOf(scan.not_before) : null,
		problem: scan?.problem ?? null,
	} as const;
}
