import type { Env, Wakeup } from "./env.ts";
import worker from "./index.ts";
import { systemClock } from "./runtime/clock.ts";

const machine = systemClock.now;

/** Where the demo sets the clock. */
const CLOCK = "/demo/clock";

/**
 * The worker of `healer demo`: with the API token its clock can be set, so that a week of history takes seconds. Nothing else
 * deploys or runs it.
 */
export default {
	...worker,
	async fetch(request, env, ctx) {
		if (new URL(request.url).pathname !== CLOCK) return await worker.fetch(request, env, ctx);
		if (request.headers.get("authorization") !== `Bearer ${env.HEALER_API_TOKEN}`) {
			return Response.json({ error: "unauthorized" }, { status: 401 });
		}
		const { now, runs } = await request.json<{ readonly now: number; readonly runs: boolean }>();
		const ahead = now - machine();
		systemClock.now = runs ? () => machine() + ahead : () => now;
		return Response.json({ now });
	},
} satisfies ExportedHandler<Env, Wakeup>;
