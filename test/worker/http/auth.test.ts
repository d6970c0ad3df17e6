import type { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type AccessTeam, accessTeam, newKeys } from "../support/access-team.ts";
import { get, send } from "../support/worker.ts";

const BEHIND_ACCESS = {
	HEALER_LOOPBACK: "",
	CF_ACCESS_TEAM_DOMAIN: "acme.cloudflareaccess.com",
	CF_ACCESS_AUD: "the-audience-tag-of-healer",
};

let team: AccessTeam;

beforeAll(async () => {
	team = await accessTeam("acme");
	vi.stubGlobal("fetch", team.answer);
});

async function statusWith(assertion: string, changes: Partial<typeof env> = {}): Promise<number> {
	const request = get("/api/incidents", { "cf-access-jwt-assertion": assertion });
	return (await send(request, { ...BEHIND_ACCESS, ...changes })).status;
}

describe("accessUser", () => {
	it("lets in who has the team's token for this application, and asks the team for its keys", async () => {
		expect(await statusWith(await team.token())).toBe(200);
		expect(await statusWith(await team.token())).toBe(200);
		expect(team.takeAsked()).toEqual(["https://acme.cloudflareaccess.com/cdn-cgi/access/certs"]);
	});

	it("refuses another application's, another team's, an expired, a forged and an unsigned token", async () => {
		const hour = 3600;
		const now = Math.floor(Date.now() / 1000);
		const unsigned = (await team.token()).replace(/\.[^.]*$/, ".");
		for (const bad of [
			await team.token({ aud: ["another"] }),
			await team.token({ iss: "https://evil.cloudflareaccess.com" }),
			await team.token({ iat: now - 2 * hour, exp: now - hour }),
			await team.token({}, await newKeys()),
			unsigned,
			"not a token",
		]) {
			expect(await statusWith(bad)).toBe(401);
		}
	});

	it("believes nobody where Access is not configured", async () => {
		expect(await statusWith(await team.token(), { CF_ACCESS_AUD: "" })).toBe(401);
		expect(await statusWith(await team.token(), { CF_ACCESS_TEAM_DOMAIN: "" })).toBe(401);
	});

	it("refuses a token that never expires", async () => {
		expect(await statusWith(await team.token({ exp: undefined }))).toBe(401);
	});

	it("names who acts for the timeline, and only from the page itself", async () => {
		const path = `/api/incidents/${"0".repeat(32)}/release`;
		const operators = { ...BEHIND_ACCESS, CF_ACCESS_RIGHTS: '{"operate":{"email":["ada@acme.example"]}}' };
		const ask = async (headers: Readonly<Record<string, string>>) =>
			(
				await send(
					new Request(`https://healer.acme.example${path}`, {
						method: "POST",
						headers: { "cf-access-jwt-assertion": await team.token(), host: "healer.acme.example", ...headers },
					}),
					operators,
				)
			).status;
		expect(await ask({ "x-healer-page": "1", origin: "https://healer.acme.example" })).toBe(404);
		expect(await ask({ origin: "https://healer.acme.example" })).toBe(401);
		expect(await ask({ "x-healer-page": "1", origin: "https://evil.example" })).toBe(401);
	});
});

describe("the rights of a user of Access", () => {
	const rightsWith = async (CF_ACCESS_RIGHTS: string | undefined, changes: Readonly<Record<string, unknown>> = {}) => {
		const request = get("/api/viewer", { "cf-access-jwt-assertion": await team.token(changes) });
		const given = CF_ACCESS_RIGHTS === undefined ? {} : { CF_ACCESS_RIGHTS };
		return (await send(request, { ...BEHIND_ACCESS, ...given })).body;
	};
	const GROUPS = JSON.stringify({ operate: { groups: ["operators", "on call"] }, administer: { groups: ["admins"] } });

	it("are to read, unless the setting says otherwise", async () => {
		expect(await rightsWith(undefined)).toEqual({ who: "ada@acme.example", rights: ["read"] });
		expect(await rightsWith(" ")).toEqual({ who: "ada@acme.example", rights: ["read"] });
		expect(await rightsWith(GROUPS)).toEqual({ who: "ada@acme.example", rights: ["read"] });
	});

	it.each([
		["a group", { custom: { groups: ["staff", "on call"] } }, ["read", "operate"]],
		["a group that is a text", { custom: { groups: "admins" } }, ["read", "operate", "administer"]],
		["a claim of the token itself", { groups: ["operators"] }, ["read", "operate"]],
		["another group", { custom: { groups: ["operators2"] } }, ["read"]],
		["no text", { custom: { groups: [["operators"], 1, null] } }, ["read"]],
		["a claim of another name", { custom: { roles: ["admins"] } }, ["read"]],
	])("follow %s", async (_, changes, rights) => {
		expect((await rightsWith(GROUPS, changes)).rights).toEqual(rights);
	});

	it("can be none: the setting says who reads", async () => {
		const setting = JSON.stringify({
			read: { email: ["bob@acme.example"] },
			administer: { common_name: ["ci.access"] },
		});
		expect((await rightsWith(setting)).rights).toEqual([]);
		expect((await rightsWith(setting, { email: "bob@acme.example" })).rights).toEqual(["read"]);
		const service = { email: undefined, common_name: "ci.access" };
		expect(await rightsWith(setting, service)).toEqual({
			who: "ci.access",
			rights: ["read", "operate", "administer"],
		});
	});

	it.each(["{", "[]", '{"sense":{"groups":["x"]}}', '{"operate":{"groups":"operators"}}', '{"operate":{"groups":[]}}'])(
		"are none while the setting is %s, which is not valid",
		async (setting) => {
			expect((await rightsWith(setting, { custom: { groups: ["operators"] } })).rights).toEqual([]);
		},
	);
});
