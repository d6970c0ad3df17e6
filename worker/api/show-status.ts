import { showDeliveryQueue } from "../delivery-queue/show-queue.ts";
import { createEffects, type Effects } from "../effects.ts";
import type { Env } from "../env.ts";
import { currentPause } from "../guards/current-pause.ts";
import { presentPause } from "../guards/pause-api.ts";
import { mayRead } from "../http/access.ts";
import { jsonResponse, taggedResponse, unauthorized } from "../http/answer.ts";
import { writeIgnored } from "../ignored/count-ignored.ts";
import { countIncidents } from "../journal/count-incidents.ts";
import { countIgnored } from "../journal/ignored-counts.ts";
import { explainFailure, failureOf } from "../journal/journal-failure.ts";
import { lastChange } from "../journal/last-change.ts";
import { activePipeline, listPipelines } from "../journal/pipelines.ts";
import { createLog, messageOf } from "../log.ts";
import { presentPushed } from "../pipeline/pipeline-api.ts";
import { showRedelivery } from "../redelivery/show-redelivery.ts";
import { withTimeout } from "../with-timeout.ts";
import { isoOrNull } from "./iso-of.ts";
import type { HubStatus } from "./shapes.ts";

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
		log.error("the status could not be read", { reason: failure, cause: messageOf(cause) });
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
