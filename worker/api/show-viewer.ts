import type { Env } from "../env.ts";
import { viewerOf } from "../http/auth.ts";
import { jsonResponse } from "../http/responses.ts";
import type { Viewer } from "./shapes.ts";

/** `GET /api/viewer`, public: who the caller is, and with which rights. The page shows only what they allow. */
export async function showViewer(request: Request, env: Env): Promise<Response> {
	return jsonResponse(200, (await viewerOf(request, env)) satisfies Viewer);
}
