import { createEffects } from "../effects.ts";
import type { Env } from "../env.ts";
import { currentPause } from "../guards/current-pause.ts";
import { presentPause } from "../guards/pause-api.ts";
import { mayRead } from "../http/access.ts";
import { answer, refuse } from "../http/answer.ts";
import { writeIgnored } from "../ignored/count-ignored.ts";
import { countIncidents } from "../journal/count-incidents.ts";
import { countIgnored } from "../journal/ignored-counts.ts";
import { listPipelines, pipelineInForce } from "../journal/pipelines.ts";
import { createLog } from "../log.ts";
import { presentPushed } from "../pipeline/pipeline-api.ts";
import { showRedelivery } from "../redelivery/show-redelivery.ts";

/**
 * `GET /api/status`: whether it is paused, incidents by state, ignored deliveries by reason, the version of the pipeline,
 * those that were pushed, and what became of deliveries that GitHub failed to hand over.
 */
export async function showStatus(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return refuse(401, "unauthorized", { "www-authenticate": "Bearer" });
	const effects = createEffects(env, createLog());
	await writeIgnored(effects);
	const [engine, pause, incidents, ignored, inForce, versions, redelivery] = await Promise.all([
		effects.engine(),
		currentPause(effects),
		countIncidents(effects.journal),
		countIgnored(effects.journal),
		pipelineInForce(effects.journal),
		listPipelines(effects.journal),
		showRedelivery(effects),
	]);
	const pipelines = versions.map((pushed) => presentPushed(pushed, inForce));
	return answer(200, {
		pipeline: engine.version,
		paused: presentPause(pause),
		pipelines,
		incidents,
		ignored,
		redelivery,
	});
}
