import type { Env } from "../env.ts";

/** Whether the request carries one of the API tokens; compared in a time that tells nothing about them. */
export async function hasToken(request: Request, env: Env): Promise<boolean> {
	const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	if (given === undefined) return false;
	const tokens = (env.HEALER_API_TOKEN ?? "").split(/[\s,]+/).filter((token) => token !== "");
	const [a, ...accepted] = await Promise.all([given, ...tokens].map(digest));
	return accepted.some((b) => a !== undefined && crypto.subtle.timingSafeEqual(a, b));
}

/**
 * Whether the request may read. On loopback it may without a token when it names the host as one does there: a page
 * of another origin whose name was pointed at 127.0.0.1 sends that name (DESIGN section 9).
 */
export async function mayRead(request: Request, env: Env): Promise<boolean> {
	if (env.HEALER_LOOPBACK === "true" && namesLoopback(request)) return true;
	return await hasToken(request, env);
}

function namesLoopback(request: Request): boolean {
	const host = request.headers.get("host") ?? new URL(request.url).host;
	return /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(host);
}

function digest(text: string): Promise<ArrayBuffer> {
	return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
