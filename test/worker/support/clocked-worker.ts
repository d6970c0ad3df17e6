import type { Env, Wakeup } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";
import { systemClock } from "../../../worker/runtime/clock.ts";

let ahead = 0;
systemClock.now = () => Date.now() + ahead;

/** The worker of the stories' hub: `GET /story-clock?ahead_ms=...` moves its clock. */
export default {
	...worker,
	fetch(request, env, ctx) {
		const { pathname, searchParams } = new URL(request.url);
		if (pathname !== "/story-clock") return worker.fetch(request, env, ctx);
		ahead = Number(searchParams.get("ahead_ms"));
		return Response.json({ ahead });
	},
} satisfies ExportedHandler<Env, Wakeup>;
