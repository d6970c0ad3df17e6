import { createServer } from "node:http";
import { registerHooks } from "node:module";
import { setAhead } from "./movable-clock.ts";

/*
 * Loaded before `healer start` (`node --import`): the hub as it is shipped, but its wall clock can be moved, the relay's
 * here and the worker's by the entry that `worker-bundle.ts` of this folder gives it.
 */
const shipped = new URL("../../../../cli/hub/worker-bundle.ts", import.meta.url).href;
const clocked = new URL("./worker-bundle.ts", import.meta.url).href;

registerHooks({
	resolve(specifier, context, next) {
		const found = next(specifier, context);
		return found.url === shipped && context.parentURL !== clocked ? { ...found, url: clocked } : found;
	},
});

createServer((request, response) => {
	setAhead(Number(new URL(request.url ?? "", "http://localhost").searchParams.get("ahead_ms")));
	response.end("{}");
})
	.listen(Number(process.env.STORY_CLOCK_PORT), "127.0.0.1")
	.unref();
