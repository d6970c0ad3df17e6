import type { Env, Wakeup } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";
import { wakeupsObjectOf } from "../../../worker/local/index.ts";
import { limitedEnv } from "./limited-env.ts";
import { recordWakeups } from "./recorded-wakeups.ts";

export { JournalObject } from "../../../worker/local/index.ts";
export const WakeupsObject = wakeupsObjectOf({ queue: recordWakeups });

/** The worker; each invocation has the limits of the paid plan. */
export default {
	fetch: (request, env, ctx) => worker.fetch(request, limitedEnv(env), ctx),
	queue: (batch, env) => worker.queue(batch, limitedEnv(env)),
	scheduled: (controller, env) => worker.scheduled(controller, limitedEnv(env)),
} satisfies ExportedHandler<Env, Wakeup>;
