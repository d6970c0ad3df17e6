import type { env } from "cloudflare:workers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { get, send } from "../support/worker.ts";

const ISSUER = "https://acme.cloudflareaccess.com";
const AUD = "the-audience-tag-of-healer";
const BEHIND_ACCESS = { HEALER_LOOPBACK: "", CF_ACCESS_TEAM_DOMAIN: "acme.cloudflareaccess.com", CF_ACCESS_AUD: AUD };

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let team: Keys;
let stranger: Keys;
let asked: string[] = [];

beforeAll(async () => {
	team = await generateKeyPair("RS256", { extractable: true });
	stranger = await generateKeyPair("RS256", { extractable: true });
	const jwk = { ...(await exportJWK(team.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
	vi.stubGlobal("fetch", async (input: RequestInfo | URL) => {
		asked.push(String(input instanceof Request ? input.url : input));
		return Response.json({ keys: [jwk] });
	});
});

afterEach(() => {
	asked = [];
});

function token(changes: Readonly<Record<string, unknown>> = {}, keys: Keys = team, kid = "k1"): Promise<string> {
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: ISSUER, aud: [AUD], email: "ada@acme.example", iat: now, exp: now + 60, ...changes };
	return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(keys.privateKey);
}

async function statusWith(assertion: string, changes: Partial<typeof env> = {}): Promise<number> {
	const request = get("/api/incidents", { "cf-access-jwt-assertion": assertion });
	return (await send(request, { ...BEHIND_ACCESS, ...changes })).status;
}

describe("accessUser", () => {
	it("lets in who has the team's token for this application, and asks the team for its keys", async () => {
		expect(await statusWith(await token())).toBe(200);
		expect(await statusWith(await token())).toBe(200);
		expect(asked).toEqual([`${ISSUER}/cdn-cgi/access/certs`]);
	});

	it("refuses another application's, another team's, an expired, a forged and an unsigned token", async () => {
		const hour = 3600;
		const now = Math.floor(Date.now() / 1000);
		const unsigned = (await token()).replace(/\.[^.]*$/, ".");
		for (const bad of [
			await token({ aud: ["another"] }),
			await token({ iss: "https://evil.cloudflareaccess.com" }),
			await token({ iat: now - 2 * hour, exp: now - hour }),
			await token({}, stranger),
			unsigned,
			"not a token",
		]) {
			expect(await statusWith(bad)).toBe(401);
		}
	});

	it("believes nobody where Access is not configured", async () => {
		expect(await statusWith(await token(), { CF_ACCESS_AUD: "" })).toBe(401);
		expect(await statusWith(await token(), { CF_ACCESS_TEAM_DOMAIN: "" })).toBe(401);
	});

	it("names who acts for the timeline, and only from the page itself", async () => {
		const path = `/api/incidents/${"0".repeat(32)}/release`;
		const ask = async (headers: Readonly<Record<string, string>>) =>
			(
				await send(
					new Request(`https://healer.acme.example${path}`, {
						method: "POST",
						headers: { "cf-access-jwt-assertion": await token(), host: "healer.acme.example", ...headers },
					}),
					BEHIND_ACCESS,
				)
			).status;
		expect(await ask({ "x-healer-page": "1", origin: "https://healer.acme.example" })).toBe(404);
		expect(await ask({ origin: "https://healer.acme.example" })).toBe(401);
		expect(await ask({ "x-healer-page": "1", origin: "https://evil.example" })).toBe(401);
	});
});
