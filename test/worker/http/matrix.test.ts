import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../../worker/env.ts";
import type { Right } from "../../../worker/http/rights.ts";
import { routes } from "../../../worker/http/routes.ts";
import { type AccessTeam, accessTeam } from "../support/access-team.ts";
import { send } from "../support/worker.ts";

/*
 * Every route, with every right, by every way of proving it. What each route needs comes from the table that the router
 * itself reads; what each proof allows is written down here.
 */

const HOST = "127.0.0.1:8787";

const TOKENS = {
	HEALER_SENSOR_TOKENS: "s-new s-old both",
	HEALER_READ_TOKENS: "r-new, r-old",
	HEALER_OPERATE_TOKENS: "o-new\no-old both",
	HEALER_ADMIN_TOKENS: "a-new a-old",
	HEALER_API_TOKEN: "all-new all-old",
};

const GROUPS = JSON.stringify({
	operate: { groups: ["operators"] },
	administer: { groups: ["admins"], common_name: ["ci.access"] },
});

interface Way {
	readonly headers?: Readonly<Record<string, string>>;
	/** The claims of a user whom Cloudflare Access let through. */
	readonly claims?: Readonly<Record<string, unknown>>;
	/** Sent by the page itself. */
	readonly isPage?: boolean;
	readonly isLoopback?: boolean;
	readonly rightsSetting?: string;
	/** What it may do with GET, and with all other methods. */
	readonly see: readonly Right[];
	readonly act: readonly Right[];
}

const token = (text: string) => ({ headers: { authorization: `Bearer ${text}` } });
const both = (...rights: Right[]) => ({ see: rights, act: rights });

const WAYS: Readonly<Record<string, Way>> = {
	nothing: both(),
	"a wrong token": { ...token("wrong"), ...both() },
	"an empty token": { headers: { authorization: "Bearer " }, ...both() },
	"a token by another scheme": { headers: { authorization: "Basic all-new" }, ...both() },
	"two tokens at once": { ...token("a-new,a-old"), ...both() },
	"a sensor's token": { ...token("s-new"), ...both("sense") },
	"the sensor's old token": { ...token("s-old"), ...both("sense") },
	"a read token": { ...token("r-new"), ...both("read") },
	"the old read token": { ...token("r-old"), ...both("read") },
	"an operate token": { ...token("o-new"), ...both("read", "operate") },
	"the old operate token": { ...token("o-old"), ...both("read", "operate") },
	"an admin token": { ...token("a-new"), ...both("read", "operate", "administer") },
	"the old admin token": { ...token("a-old"), ...both("read", "operate", "administer") },
	"the API token": { ...token("all-new"), ...both("sense", "read", "operate", "administer") },
	"the old API token": { ...token("all-old"), ...both("sense", "read", "operate", "administer") },
	"a token of two rights": { ...token("both"), ...both("sense", "read", "operate") },
	"a read token from the page": { ...token("r-new"), isPage: true, ...both("read") },

	Access: { claims: {}, see: ["read"], act: [] },
	"Access, from the page": { claims: {}, isPage: true, ...both("read") },
	"Access of an operator, without a setting": {
		claims: { custom: { groups: ["operators"] } },
		isPage: true,
		...both("read"),
	},
	"Access of an operator": {
		claims: { custom: { groups: ["operators"] } },
		rightsSetting: GROUPS,
		see: ["read", "operate"],
		act: [],
	},
	"Access of an operator, from the page": {
		claims: { custom: { groups: ["operators"] } },
		rightsSetting: GROUPS,
		isPage: true,
		...both("read", "operate"),
	},
	"Access of an administrator, from the page": {
		claims: { custom: { groups: ["admins"] } },
		rightsSetting: GROUPS,
		isPage: true,
		...both("read", "operate", "administer"),
	},
	"Access of a service": {
		claims: { email: undefined, common_name: "ci.access" },
		rightsSetting: GROUPS,
		isPage: true,
		...both("read", "operate", "administer"),
	},
	"Access of somebody else, from the page": {
		claims: { custom: { groups: ["staff"] } },
		rightsSetting: GROUPS,
		isPage: true,
		...both("read"),
	},
	"Access while the setting is broken": {
		claims: { custom: { groups: ["admins"] } },
		rightsSetting: "{",
		isPage: true,
		...both(),
	},
	"Access that has expired": { claims: { exp: 1_000_000_000 }, isPage: true, ...both() },
	"Access that never expires": { claims: { exp: undefined }, isPage: true, ...both() },
	"Access, and a token that operates": { claims: {}, ...token("o-new"), ...both("read", "operate") },

	"this machine": { isLoopback: true, see: ["read", "operate"], act: [] },
	"this machine, from the page": { isLoopback: true, isPage: true, ...both("read", "operate") },
	"this machine by its other name": {
		isLoopback: true,
		headers: { host: "LOCALHOST:8787" },
		see: ["read", "operate"],
		act: [],
	},
	"this machine under a stranger's name": { isLoopback: true, headers: { host: "evil.example" }, ...both() },
	"this machine under a name like its own": {
		isLoopback: true,
		headers: { host: "localhost.evil.example:8787" },
		...both(),
	},
	"this machine, with a wrong token": { isLoopback: true, ...token("wrong"), see: ["read", "operate"], act: [] },
	"this machine, with a sensor's token": {
		isLoopback: true,
		...token("s-new"),
		see: ["sense", "read", "operate"],
		act: ["sense"],
	},
	"this machine, from the page, with an admin token": {
		isLoopback: true,
		isPage: true,
		...token("a-new"),
		...both("read", "operate", "administer"),
	},
};

let team: AccessTeam;

beforeAll(async () => {
	team = await accessTeam("matrix");
});

beforeEach(() => {
	vi.stubGlobal("fetch", team.answer);
});

afterAll(() => vi.unstubAllGlobals());

/** The route's status for somebody with this proof. The rest of the request is not valid wherever it can be. */
async function statusOf(method: string, path: string, way: Way): Promise<number> {
	const own: Partial<Env> = {
		...TOKENS,
		HEALER_LOOPBACK: way.isLoopback ? "true" : "",
		...team.env,
		...(way.rightsSetting !== undefined && { CF_ACCESS_RIGHTS: way.rightsSetting }),
		PAGE: { fetch: async () => Response.json({}) } as unknown as Fetcher,
	};
	const url = `http://${HOST}${path.replace(":id", "0".repeat(32)).replace(":action", "stop").replace(":name", "x").replace(":file", "x.js")}`;
	const headers = {
		host: HOST,
		...(way.isPage && { "x-healer-page": "1", origin: `http://${HOST}`, "sec-fetch-site": "same-origin" }),
		...(way.claims !== undefined && { "cf-access-jwt-assertion": await team.token(way.claims) }),
		...way.headers,
	};
	const body = method === "GET" ? null : "[]";
	return (await send(new Request(url, { method, headers, body }), own)).status;
}

/** What an unsigned message gets, whoever sends it. */
const UNSIGNED: Readonly<Record<string, number>> = { "POST /webhooks/github": 401, "POST /api/outcomes": 400 };

describe.each(Object.entries(WAYS))("%s", (_, way) => {
	it("may do what its rights say, on every route, and nothing else", async () => {
		const found: string[] = [];
		const expected: string[] = [];
		for (const { name, method, path, need } of routes) {
			const status = await statusOf(method, path, way);
			const may = (method === "GET" ? way.see : way.act).some((right) => right === need);
			const isRefused = status === 401 || status === 403;
			found.push(`${name}: ${need === "signed" ? status : isRefused ? "refused" : "allowed"}`);
			expected.push(`${name}: ${need === "signed" ? UNSIGNED[name] : need === "open" || may ? "allowed" : "refused"}`);
		}
		expect(found).toEqual(expected);
	});
});

describe("the routes", () => {
	it("say 403 to somebody without the right, and 401 to nobody", async () => {
		const status = (way: Way) => statusOf("PUT", "/api/pipeline", way);
		expect(await status({ ...token("s-new"), ...both() })).toBe(403);
		expect(await status({ claims: {}, isPage: true, ...both() })).toBe(403);
		expect(await status({ ...token("wrong"), ...both() })).toBe(401);
		expect(await status({ isLoopback: true, isPage: true, ...both() })).toBe(401);
	});

	it("answer 405 to every other method, whoever asks", async () => {
		for (const method of ["PATCH", "OPTIONS"]) {
			expect(await statusOf(method, "/api/pipeline", { ...token("all-new"), ...both() })).toBe(405);
		}
	});

	it("leave nothing of an attempt that was refused", async () => {
		await statusOf("POST", "/api/pause", { ...token("r-new"), ...both() });
		for (const table of ["pauses", "audit", "incidents", "pipelines"]) {
			expect((await env.JOURNAL.prepare(`SELECT * FROM ${table}`).all()).results).toEqual([]);
		}
	});
});
