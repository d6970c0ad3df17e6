import { consumeMessages } from "./consume-messages.ts";
import type { Env } from "./env.ts";
import { headAsGet } from "./http/responses.ts";
import { sweep } from "./jobs/sweep.ts";
import { serve } from "./router.ts";

/** Healer's edge. Requests: `router.ts`. Messages: `consume-messages.ts`. Wake-ups and the sweep both end in `dispatch/process-incident.ts`. */
export default {
	fetch: (request, env, ctx) => serve(headAsGet(request), env, ctx),
	queue: (batch, env) => consumeMessages(batch, env),
	scheduled: (controller, env) => sweep(controller, env),
} satisfies ExportedHandler<Env, unknown>;
