import type { Context, ContextPart } from "../../pipeline/context.ts";
import type { Incident } from "../../pipeline/incident.ts";
import type { PlannedRequest } from "../../pipeline/index.ts";
import { messageOf } from "../log.ts";
import type { SourceResult, Sources } from "./source.ts";

// A Worker has six connections waiting for headers at most; two are left to the journal's neighbours.
const AT_ONCE = 4;

/**
 * Asks every source that is planned, at most four at once, each under its own timeout whose clock starts when
 * it is asked. A source that is slow, down or not configured costs its own part only (DESIGN section 3.4).
 */
export async function gatherContext(
	requests: readonly PlannedRequest[],
	incident: Incident,
	sources: Sources,
	now: () => number,
): Promise<Context> {
	const parts: Record<string, ContextPart> = {};
	const queue = [...requests];
	const askNext = async (): Promise<void> => {
		for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
			const startedAt = now();
			const result = await ask(request, incident, sources);
			parts[request.name] = { from: request.from, took_ms: now() - startedAt, ...result };
		}
	};
	await Promise.all(Array.from({ length: Math.min(AT_ONCE, requests.length) }, askNext));
	return parts;
}

/** The longest that gathering can take, in milliseconds: how long the incident's row has to be held. */
export function longestGathering(requests: readonly PlannedRequest[]): number {
	return requests.reduce((sum, request) => (request.skip === undefined ? sum + request.timeout_s * 1000 : sum), 0);
}

async function ask(request: PlannedRequest, incident: Incident, sources: Sources): Promise<SourceResult> {
	if (request.skip !== undefined) return { status: "skipped", why: request.skip.why };
	const stop = new AbortController();
	let timer: ReturnType<typeof setTimeout> | null = null;
	const late = new Promise<SourceResult>((resolve) => {
		timer = setTimeout(() => {
			stop.abort();
			resolve({ status: "failed", why: `no answer within ${request.timeout_s} s` });
		}, request.timeout_s * 1000);
	});
	try {
		return await Promise.race([sources[request.from](request, incident, stop.signal), late]);
	} catch (cause) {
		return { status: "failed", why: messageOf(cause) };
	} finally {
		clearTimeout(timer);
	}
}
