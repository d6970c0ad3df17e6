import { createEffects } from "../effects.ts";
import type { Env } from "../env.ts";
import { mayRead } from "../http/access.ts";
import { answer, refuse } from "../http/answer.ts";
import { writeIgnored } from "../ignored/count-ignored.ts";
import { countIncidents } from "../journal/count-incidents.ts";
import { countIgnored } from "../journal/ignored-counts.ts";
import { createLog } from "../log.ts";

/** `GET /api/status`: incidents by state, ignored deliveries by reason, the version of the pipeline in force. */
export async function showStatus(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return refuse(401, "unauthorized", { "www-authenticate": "Bearer" });
	const effects = createEffects(env, createLog());
	await writeIgnored(effects);
	const [engine, incidents, ignored] = await Promise.all([
		effects.engine(),
		countIncidents(effects.journal),
		countIgnored(effects.journal),
	]);
	return answer(200, { pipeline: engine.version, incidents, ignored });
}
