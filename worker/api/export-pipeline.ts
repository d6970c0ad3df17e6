import bundled from "../../dist/pipeline.json";
import type { Env } from "../env.ts";
import { errorResponse, jsonResponse } from "../http/responses.ts";
import { activePipeline, findPipeline } from "../journal/pipelines.ts";

/** `GET /api/export?with=pipeline&version=`: a kept artefact, the active one without a version, or `bundled`. */
export async function exportPipeline(env: Env, version?: string): Promise<Response> {
	const wanted = version ?? (await activePipeline(env.JOURNAL)) ?? "bundled";
	if (wanted === "bundled" || wanted === bundled.version) return jsonResponse(200, { artefact: bundled });
	const stored = await findPipeline(env.JOURNAL, wanted);
	return stored === undefined
		? errorResponse(404, "no such version is kept")
		: jsonResponse(200, { artefact: JSON.parse(stored) });
}
