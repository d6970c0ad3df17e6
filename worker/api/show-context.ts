import type { IRequest } from "itty-router";
import type { Context } from "../../pipeline/index.ts";
import type { Env } from "../env.ts";
import { errorResponse, taggedResponse } from "../http/responses.ts";
import { findFacts } from "../journal/facts.ts";
import { readStored } from "../journal/stored-json.ts";
import type { KeptContext } from "./shapes.ts";

/**
 * `GET /api/incidents/{id}/context`: what was known when it was last decided, with its data. It is apart from the incident,
 * which the page asks for every few seconds. 404 once `settings.retention` has deleted it.
 */
export async function showContextApi(request: IRequest & Request, env: Env): Promise<Response> {
	const facts = await findFacts(env.JOURNAL, String(request.params.id));
	const context = facts && readStored("facts.context", facts.context);
	if (facts === undefined || !context?.ok) return errorResponse(404, "no context is kept for this incident");
	return await taggedResponse(request, {
		pipeline: facts.pipeline,
		context: context.value as Context,
	} satisfies KeptContext);
}
