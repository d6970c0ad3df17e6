import { createLogReader, loadPipeline, type Pipeline, planContext } from "../pipeline/index.ts";
import { createSources } from "../worker/context/create-sources.ts";
import { gatherContext } from "../worker/context/gather-context.ts";
import { readLog } from "../worker/context/github/read-log.ts";
import { createGitHub } from "../worker/github/create-github.ts";
import { createGitHubMemory } from "../worker/github/isolate-memory.ts";
import { createLog } from "../worker/log.ts";
import type { ContextWorkerSettings, GatheringTimes } from "./context-messages.ts";
import { INCIDENT } from "./decision.ts";

let loaded: { readonly settings: ContextWorkerSettings; readonly pipeline: Pipeline } | undefined;

/**
 * `/read?url=` reads a log as Healer does, `/merely?url=` only counts its bytes, `/gather` gathers an incident's
 * context.
 */
export default {
	async fetch(request: Request): Promise<Response> {
		if (request.method === "PUT") {
			const settings: ContextWorkerSettings = await request.json();
			loaded = { settings, pipeline: loadPipeline(settings.artefact) };
			return new Response("done");
		}
		if (loaded === undefined) return new Response("The pipeline is put first.");
		const { pathname, searchParams } = new URL(request.url);
		if (pathname === "/gather") return Response.json(await gather(loaded.settings, loaded.pipeline));
		const { body } = await fetch(searchParams.get("url") ?? "");
		if (body === null) return new Response("There is no log.");
		return Response.json(pathname === "/read" ? await read(body, loaded.pipeline) : await merely(body));
	},
};

async function read(body: ReadableStream<Uint8Array>, { logSearch }: Pipeline): Promise<number> {
	const reader = createLogReader(logSearch);
	const { bytes } = await readLog(body, reader, new AbortController().signal);
	reader.end();
	return bytes;
}

async function merely(body: ReadableStream<Uint8Array>): Promise<number> {
	let bytes = 0;
	const reader = body.getReader();
	for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength;
	return bytes;
}

async function gather(settings: ContextWorkerSettings, pipeline: Pipeline): Promise<GatheringTimes> {
	const now = () => Date.now();
	const log = createLog({}, () => undefined);
	const plainFetch: typeof fetch = (input, init) => fetch(input, init);
	const variables = {
		GITHUB_APP_ID: "1",
		GITHUB_PRIVATE_KEY: settings.private_key,
		GITHUB_API_URL: settings.github_url,
	};
	const github = createGitHub(variables, { fetch: plainFetch, now, log, memory: createGitHubMemory() });
	const env = { RELAY_URL: settings.github_url, HEALER_WIRE_SECRETS: "whsec_YmVuY2htYXJrLXNlY3JldC1vZi0zMi1ieXRlcyEh" };
	const relay = { env, fetch: plainFetch, now, newId: () => crypto.randomUUID() };
	const incident = { ...INCIDENT, run_id: "815", head_sha: "1".repeat(40), branch: "fix/it", default_branch: "main" };
	const planned = await planContext(pipeline, incident);
	const newLogReader = () => createLogReader(pipeline.logSearch);
	const sources = createSources({ github, fetch: plainFetch, relay })({ incident, newLogReader });
	const startedAt = now();
	const { context } = await gatherContext(planned, sources, now);
	const parts = Object.entries(context).map(([name, { status, took_ms }]) => [name, { status, took_ms }]);
	return { wall_ms: now() - startedAt, parts: Object.fromEntries(parts) };
}
