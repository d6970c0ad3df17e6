import type { Env } from "../env.ts";
import { errorResponse } from "../http/responses.ts";

/** Nothing loads from elsewhere, no inline code runs, no frame embeds it: markup that slips through stays inert. */
const HEADERS = {
	"content-security-policy": [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"connect-src 'self'",
		"img-src 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
		"form-action 'none'",
	].join("; "),
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"permissions-policy": "camera=(), geolocation=(), microphone=()",
} as const;

/** The page itself, the same under each of its URLs; it contains no data. */
export function servePage(request: Request, env: Env): Promise<Response> {
	return serve(request, env, { path: "/", cache: "no-cache" });
}

/** No such address: browsers get the page, which says so; everything else gets JSON. */
export async function serveMissing(request: Request, env: Env): Promise<Response> {
	const { pathname } = new URL(request.url);
	const isForPeople = request.method === "GET" && /\btext\/html\b/.test(request.headers.get("accept") ?? "");
	if (!isForPeople || env.PAGE === undefined || /^\/(?:api|assets|webhooks)(?:\/|$)/.test(pathname)) {
		return errorResponse(404, "not found");
	}
	const page = await servePage(request, env);
	return new Response(page.body, { status: 404, headers: page.headers });
}

/** Scripts and styles; their names contain a hash of their contents. */
export function serveAsset(request: Request, env: Env): Promise<Response> {
	const path = new URL(request.url).pathname;
	return serve(request, env, { path, cache: "public, max-age=31536000, immutable" });
}

async function serve(
	request: Request,
	env: Env,
	{ path, cache }: { readonly path: string; readonly cache: string },
): Promise<Response> {
	if (env.PAGE === undefined) return errorResponse(404, "this worker was deployed without its page");
	const asset = await env.PAGE.fetch(new URL(path, request.url).href);
	if (asset.status !== 200) return errorResponse(404, "not found");
	return new Response(asset.body, {
		headers: {
			"content-type": asset.headers.get("content-type") ?? "application/octet-stream",
			"cache-control": cache,
			...HEADERS,
		},
	});
}
