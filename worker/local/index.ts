import type { Env, Wakeup } from "../env.ts";
import { type LocalEnv, localEnv } from "./local-env.ts";
import { wakeupsObject } from "./wakeups-object.ts";

export { JournalObject } from "./journal-object.ts";

/** The class of its wake-ups. */
export function wakeupsObjectOf(worker: ExportedHandler<Env, Wakeup>) {
	return wakeupsObject(worker, localEnv);
}

/** The same worker on the bindings of a local hub. */
export function onLocalBindings({ fetch, scheduled }: ExportedHandler<Env, Wakeup>): ExportedHandler<LocalEnv> {
	return {
		...(fetch && { fetch: (request, env, ctx) => fetch(request, localEnv(env), ctx) }),
		...(scheduled && { scheduled: (controller, env, ctx) => scheduled(controller, localEnv(env), ctx) }),
	};
}
