import { createEffects } from "../effects.ts";
import type { Env } from "../env.ts";
import { currentPause } from "../guards/current-pause.ts";
import { presentPause } from "../guards/pause-api.ts";
import { mayRead } from "../http/access.ts";
import { answerTagged, unauthorized } from "../http/answer.ts";
import { writeIgnored } from "../ignored/count-ignored.ts";
import { countIncidents } from "../journal/count-incidents.ts";
import { countIgnored } from "../journal/ignored-counts.ts";
import { lastChange } from "../journal/last-change.ts";
import { listPipelines, pipelineInForce } from "../journal/pipelines.ts";
import { createLog } from "../log.ts";
import { presentPushed } from "../pipeline/pipeline-api.ts";
import { showRedelivery } from "../redelivery/show-redelivery.ts";
import { isoOrNull } from "./iso-of.ts";
import type { HubStatus } from "./shapes.ts";

/**
 * `GET /api/status`: whether it is paused, incidents by state, ignored deliveries by reason, the version of the pipeline,
 * those that were pushed, what became of deliveries that GitHub failed to hand over, and when an incident changed last.
 */
export async function showStatus(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return unauthorized();
	const effects = createEffects(env, createLog());
	await writeIgnored(effects);
	const [engine, pause, incidents, ignored, inForce, versions, redelivery, changed_at] = await Promise.all([
		effects.engine(),
		currentPause(effects),
		countIncidents(effects.journal),
		countIgnored(effects.journal),
		pipelineInForce(effects.journal),
		listPipelines(effects.journal),
		showRedelivery(effects),
		lastChange(effects.journal),
	]);
	return await answerTagged(request, {
		pipeline: engine.version,
		paused: presentPause(pause),
		pipelines: versions.map((pushed) => presentPushed(pushed, inForce)),
		incidents,
		ignored,
		redelivery,
		changed_at: isoOrNull(changed_at),
	} satisfies HubStatus);
}
