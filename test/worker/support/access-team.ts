import { exportJWK, generateKeyPair, SignJWT } from "jose";

const AUD = "the-audience-tag-of-healer";

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

/** A team of Cloudflare Access with its keys. */
export interface AccessTeam {
	/** The worker's variables behind the team's Cloudflare Access. */
	readonly env: { readonly CF_ACCESS_TEAM_DOMAIN: string; readonly CF_ACCESS_AUD: string };
	/** A signed token for ada@acme.example, for a minute; `claims` change it, and undefined leaves one out. */
	token(claims?: Readonly<Record<string, unknown>>, keys?: Keys, kid?: string): Promise<string>;
	/** Stands in for `fetch`: the team's public keys. */
	answer(input: RequestInfo | URL): Promise<Response>;
	/** The addresses that were asked for since the last call. */
	takeAsked(): readonly string[];
}

export function newKeys(): Promise<Keys> {
	return generateKeyPair("RS256", { extractable: true });
}

/** The isolate keeps a team's keys: each test file needs a team of its own. */
export async function accessTeam(name: string): Promise<AccessTeam> {
	const domain = `${name}.cloudflareaccess.com`;
	const own = await newKeys();
	const jwk = { ...(await exportJWK(own.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
	let asked: string[] = [];
	return {
		env: { CF_ACCESS_TEAM_DOMAIN: domain, CF_ACCESS_AUD: AUD },
		token(claims = {}, keys = own, kid = "k1") {
			const now = Math.floor(Date.now() / 1000);
			const all = {
				iss: `https://${domain}`,
				aud: [AUD],
				email: "ada@acme.example",
				iat: now,
				exp: now + 60,
				...claims,
			};
			return new SignJWT(all).setProtectedHeader({ alg: "RS256", kid }).sign(keys.privateKey);
		},
		async answer(input) {
			asked.push(String(input instanceof Request ? input.url : input));
			return Response.json({ keys: [jwk] });
		},
		takeAsked() {
			const taken = asked;
			asked = [];
			return taken;
		},
	};
}
