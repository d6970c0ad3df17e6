import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { Env } from "../env.ts";
import { createLog, messageOf } from "../log.ts";

type Keys = ReturnType<typeof createRemoteJWKSet>;

// For the life of the isolate; jose asks again when a key is unknown, or after ten minutes.
let kept: { readonly issuer: string; readonly keys: Keys } | undefined;

/**
 * Who Cloudflare Access says it is: the e-mail address, or the name of a service token; undefined unless its JWT is
 * signed by the team's keys for this application.
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
export async function accessUser(request: Request, env: Env): Promise<string | undefined> {
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
		createLog()[isBad ? "info" : "warn"]("a token of Cloudflare Access was refused", { cause: messageOf(cause) });
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
