import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { readSecretList } from "../../wire/secret-list.ts";
import type { Env } from "../env.ts";
import { createLog } from "../log.ts";

/** Whether the request carries one of the API tokens; compared in a time that tells nothing about them. */
export async function hasToken(request: Request, env: Env): Promise<boolean> {
	const given = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
	if (given === undefined) return false;
	const [a, ...accepted] = await Promise.all([given, ...readSecretList(env.HEALER_API_TOKEN)].map(digest));
	return accepted.some((b) => a !== undefined && crypto.subtle.timingSafeEqual(a, b));
}

/**
 * Whether the request may read: by token, as a user of Cloudflare Access, or on loopback when it names the host as one
 * does there: a page of another origin whose name was pointed at 127.0.0.1 sends that name (DESIGN section 9).
 */
export async function mayRead(request: Request, env: Env): Promise<boolean> {
	if (env.HEALER_LOOPBACK === "true" && namesLoopback(request)) return true;
	return (await hasToken(request, env)) || (await accessUser(request, env)) !== undefined;
}

/**
 * Who may change something, named for the timeline; undefined for those who may not. A browser sends by itself what
 * makes somebody a user of Access, or this machine, so these have to come from the page itself.
 */
export async function authenticateWriter(request: Request, env: Env): Promise<string | undefined> {
	if (await hasToken(request, env)) return "the API token";
	if (!comesFromPage(request)) return undefined;
	const user = await accessUser(request, env);
	if (user !== undefined) return user;
	return env.HEALER_LOOPBACK === "true" && namesLoopback(request) ? "somebody on this machine" : undefined;
}

/**
 * A header of our own can be set by another origin only after it asked (CORS), and nobody answers that here; the browser
 * names the origin besides: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
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

// For the life of the isolate; jose asks again when a key is unknown, or after ten minutes.
let kept: { readonly issuer: string; readonly keys: Keys } | undefined;

/**
 * Who Cloudflare Access says it is: the e-mail address, or the name of a service token; undefined unless its JWT is
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
		// Anybody can send a bad token; that the keys cannot be had is ours to know.
		const isBad = cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout);
		createLog()[isBad ? "info" : "warn"]("a token of Cloudflare Access was refused", { cause });
		return undefined;
	}
}

/** The team's domain with or without `https://`: `https://TEAM.cloudflareaccess.com`. */
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
