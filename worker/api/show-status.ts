import { createEffects } from "../create-effects.ts";
import { currentPause } from "../dispatch/gates.ts";
import type { Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { mayRead } from "../http/auth.ts";
import { jsonResponse, taggedResponse, unauthorized } from "../http/responses.ts";
import { writeIgnored } from "../ingest/count-ignored.ts";
import { deliveryQueue } from "../ingest/delivery-queue.ts";
import { countFailedDeliveries, readDeliveryScan } from "../journal/failed-deliveries.ts";
import { explainFailure, failureOf } from "../journal/failure.ts";
import { countIgnored } from "../journal/ignored.ts";
import { countIncidents, lastChange } from "../journal/incidents.ts";
import { activePipeline, listPipelines } from "../journal/pipelines.ts";
import { createLog } from "../log.ts";
import { withTimeout } from "../runtime/with-timeout.ts";
import { isoOf, isoOrNull } from "./iso-time.ts";
import { presentPause } from "./pause.ts";
import { presentPushed } from "./pipeline.ts";
import type { DeliveryQueueStatus, HubStatus } from "./shapes.ts";

/** Nobody reads a page for longer; the page itself asks again. */
const WITHIN_MS = 10_000;

/**
 * `GET /api/status`: whether it is paused, incidents by state, ignored deliveries by reason, the version of the pipeline,
 * those that were pushed, deliveries that wait for the journal, what became of those that GitHub failed to hand over, and
 * when an incident changed last. While the journal is away: how many deliveries wait for it.
 */
export async function showStatus(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return unauthorized();
	const log = createLog();
	const effects = createEffects(env, log);
	const delivery_queue = showDeliveryQueue(env);
	try {
		const known = await withTimeout(readStatus(effects), WITHIN_MS);
		return await taggedResponse(request, { ...known, delivery_queue: await delivery_queue } satisfies HubStatus);
	} catch (cause) {
		const failure = explainFailure(failureOf(cause));
		log.error("the status could not be read", { reason: failure, cause });
		return jsonResponse(503, { error: failure, delivery_queue: await delivery_queue });
	}
}

async function readStatus(effects: Effects): Promise<Omit<HubStatus, "delivery_queue">> {
	await writeIgnored(effects);
	const [engine, pause, incidents, counts, inForce, versions, redelivery, changed_at] = await Promise.all([
		effects.engine(),
		currentPause(effects),
		countIncidents(effects.journal),
		countIgnored(effects.journal),
		activePipeline(effects.journal),
		listPipelines(effects.journal),
		showRedelivery(effects),
		lastChange(effects.journal),
	]);
	return {
		pipeline: engine.version,
		paused: presentPause(pause),
		pipelines: versions.map((pushed) => presentPushed(pushed, inForce)),
		incidents,
		...counts,
		redelivery,
		changed_at: isoOrNull(changed_at),
	};
}

const QUEUE_WITHIN_MS = 2_000;

/**
 * How many deliveries wait for the journal, as the queue itself counts: about, and those that wait for their next try may
 * be counted late. Null where there is no such queue.
 */
async function showDeliveryQueue(env: Env): Promise<DeliveryQueueStatus | null> {
	const queue = deliveryQueue(env);
	if (queue === undefined) return null;
	try {
		const { backlogCount, oldestMessageTimestamp } = await withTimeout(queue.metrics(), QUEUE_WITHIN_MS);
		const oldest = backlogCount > 0 ? Number(oldestMessageTimestamp ?? 0) : 0;
		return { waiting: backlogCount, oldest_at: oldest > 0 ? isoOf(oldest) : null };
	} catch {
		return { waiting: null, oldest_at: null };
	}
}

/** What `GET /api/status` says about deliveries that GitHub failed to hand over. */
export async function showRedelivery({ github, journal, now }: Pick<Effects, "github" | "journal" | "now">) {
	if (github === undefined) return { configured: false } as const;
	const [look, counts] = await Promise.all([readDeliveryScan(journal), countFailedDeliveries(journal)]);
	return {
		configured: true,
		...counts,
		scanned_at: isoOrNull(look?.scanned_at ?? null),
		waits_until: look !== undefined && look.not_before > now() ? isoOf(look.not_before) : null,
		problem: look?.problem ?? null,
	} as const;
}
