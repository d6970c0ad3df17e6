import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import * as z from "zod";
import type { Env } from "../env.ts";
import { createLog } from "../log.ts";
import { parseJson } from "./body.ts";
import { type Right, withIncluded } from "./rights.ts";

/** Somebody admitted by Cloudflare Access. */
export interface AccessUser {
	/** The e-mail address, or the name of a service token. */
	readonly name: string;
	readonly rights: readonly Right[];
}

/**
 * The caller according to Cloudflare Access; undefined unless its JWT is signed by the team's keys for this application and
 * expires. https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
export async function accessUser(request: Request, env: Env): Promise<AccessUser | undefined> {
	const token = request.headers.get("cf-access-jwt-assertion");
	const issuer = issuerOf(env.CF_ACCESS_TEAM_DOMAIN);
	const audience = env.CF_ACCESS_AUD?.trim();
	if (token === null || issuer === undefined || !audience) return undefined;
	try {
		const { payload } = await jwtVerify(token, keysOf(issuer), {
			issuer,
			audience,
			algorithms: ["RS256"],
			// Without it a leaked token is good without end.
			requiredClaims: ["exp"],
		});
		const name = [payload.email, payload.common_name].find((text) => typeof text === "string" && text !== "");
		return name === undefined ? undefined : { name: String(name), rights: rightsOf(payload, env.CF_ACCESS_RIGHTS) };
	} catch (cause) {
		// Anybody can send a bad token; keys that cannot be fetched are our problem.
		const isBad = cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSTimeout);
		createLog()[isBad ? "info" : "warn"]("Cloudflare Access token refused", { cause });
		return undefined;
	}
}

/** The accepted values of each claim. */
const claims = z.record(z.string().min(1), z.array(z.string().min(1)).min(1));

/** The setting `CF_ACCESS_RIGHTS`; sensors have tokens. */
const accessRights = z.strictObject({
	read: claims.optional(),
	operate: claims.optional(),
	administer: claims.optional(),
});

/**
 * Everybody reads, unless the setting says who does. A setting that cannot be read gives nobody anything:
 * it may have been meant to refuse.
 */
function rightsOf(payload: JWTPayload, setting: string | undefined): readonly Right[] {
	if (!setting?.trim()) return ["read"];
	const json = parseJson(setting);
	const read = accessRights.safeParse(json.ok ? json.value : undefined);
	if (!read.success) {
		const fix = 'set it to JSON such as {"operate": {"groups": ["healer-operators"]}}: see docs/access.md';
		createLog().error("CF_ACCESS_RIGHTS is not valid, nobody has a right by Cloudflare Access", { fix });
		return [];
	}
	const { data } = read;
	const given = (["read", "operate", "administer"] as const).filter((right) => {
		const wanted = data[right];
		return wanted === undefined ? right === "read" : hasClaim(payload, wanted);
	});
	return withIncluded(given);
}

/**
 * Whether one of the claims has one of the values. Access puts what the identity provider says into `custom`:
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token/
 */
function hasClaim(payload: JWTPayload, wanted: z.infer<typeof claims>): boolean {
	return Object.entries(wanted).some(([name, values]) => {
		const found = ownValue(payload, name) ?? ownValue(payload.custom, name);
		const held: readonly unknown[] = Array.isArray(found) ? found : [found];
		return held.some((value) => typeof value === "string" && values.includes(value));
	});
}

function ownValue(from: unknown, name: string): unknown {
	if (typeof from !== "object" || from === null || !Object.hasOwn(from, name)) return undefined;
	return (from as Readonly<Record<string, unknown>>)[name];
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

// Kept for the life of the isolate; jose fetches the keys again for an unknown key, or after ten minutes.
let kept: { readonly issuer: string; readonly keys: Keys } | undefined;

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
