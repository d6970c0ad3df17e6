import type { Env } from "../env.ts";
import { mayRead } from "../http/access.ts";
import { taggedResponse, unauthorized } from "../http/answer.ts";
import { listChoices } from "../journal/list-choices.ts";
import type { Choices } from "./shapes.ts";

/** `GET /api/choices`: what the list of incidents can be narrowed to. */
export async function listChoicesApi(request: Request, env: Env): Promise<Response> {
	if (!(await mayRead(request, env))) return unauthorized();
	return await taggedResponse(request, (await listChoices(env.JOURNAL)) satisfies Choices);
}
