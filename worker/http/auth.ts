import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { readSecretList } from "../../wire/secret-list.ts";
import type { Env } from "../env.ts";
import { createLog } from "../log.ts";

/** Whether the request carries one of the API tokens; compared in constant time. */
export async function hasToken(request: Request, env: Env): Promise<boolean> {
	const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	if (given === undefined) return false;
	const [a, ...accepted] = await Promise.all([given, ...readSecretList(env.HEALER_API_TOKEN)].map(digest));
	return accepted.some((b) => a !== undefined && crypto.subtle.timingSafeEqual(a, b));
}

/**
 * Whether the request may read: by token, as a user of Cloudflare Access, or on loopback if the Host header is a loopback
 * name. The latter stops DNS rebinding: a foreign page whose name points at 127.0.0.1 sends that name (docs/page.md).
 */
export async function mayRead(request: Request, env: Env): Promise<boolean> {
	if (env.HEALER_LOOPBACK === "true" && namesLoopback(request)) return true;
	return (await hasToken(request, env)) || (await accessUser(request, env)) !== undefined;
}

/**
 * The name of a caller who may write, for the timeline; undefined for all others. A browser sends the credentials of Access or
 * of this machine by itself (CSRF), so such requests have to come from the page.
 */
export async function authenticateWriter(request: Request, env: Env): Promise<string | undefined> {
	if (await hasToken(request, env)) return "the API token";
	if (!comesFromPage(request)) return undefined;
	const user = await accessUser(request, env);
	if (user !== undefined) return user;
	return env.HEALER_LOOPBACK === "true" && namesLoopback(request) ? "somebody on this machine" : undefined;
}

/**
 * Another origin can set a custom header only after a CORS preflight, which nothing here answers. The browser also names the
 * origin: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
function comesFromPage(request: Request): boolean {
	if (request.headers.get("x-healer-page") !== "1") return false;
	const origin = request.headers.get("origin");
	const site = request.headers.get("sec-fetch-site");
	return URL.parse(origin ?? "")?.host === hostOf(request) && (site === null || site === "same-origin");
}

function namesLoopback(request: Request): boolean {
	return /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(hostOf(request));
}

function hostOf(request: Request): string {
	return request.headers.get("host") ?? new URL(request.url).host;
}

function digest(text: string): Promise<ArrayBuffer> {
	return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

// Kept for the life of the isolate; jose fetches the keys again for an unknown key, or after ten minutes.
let kept: { readonly issuer: string; readonly keys: Keys } | undefined;

/**
 * The caller according to Cloudflare Access: the e-mail address, or the name of a service token; undefined unless its JWT is
 * signed by the team's keys for this application.
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
async function accessUser(request: Request, env: Env): Promise<string | undefined> {
	const token = request.headers.get("cf-access-jwt-assertion");
	const issuer = issuerOf(env.CF_ACCESS_TEAM_DOMAIN);
	const audience = env.CF_ACCESS_AUD?.trim();
	if (token === null || issuer === undefined || !audience) return undefined;
	try {
		const { payload } = await jwtVerify(token, keysOf(issuer), { issuer, audience, algorithms: ["RS256"] });
		const { email, common_name } = payload;
		return [email, common_name].find((name) => typeof name === "string" && name !== "") as string | undefined;
	} catch (cause) {
		// Anybody can send a bad token; keys that cannot be fetched are our problem.
		const isBad = cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout);
		createLog()[isBad ? "info" : "warn"]("Cloudflare Access token refused", { cause });
		return undefined;
	}
}

/** Normalizes the team's domain, with or without `https://`, to `https://TEAM.cloudflareaccess.com`. */
function issuerOf(domain: string | undefined): string | undefined {
	const text = domain?.trim();
	if (!text) return undefined;
	return URL.parse(/^https:\/\//.test(text) ? text : `https://${text}`)?.origin;
}

function keysOf(issuer: string): Keys {
	if (kept?.issuer !== issuer) {
		kept = { issuer, keys: createRemoteJWKSet(new URL("/cdn-cgi/access/certs", issuer), { timeoutDuration: 5_000 }) };
	}
	return kept.keys;
}
