import { describe, expect, it } from "vitest";
import { get, send } from "../support/worker.ts";

const TOKENS = { HEALER_READ_TOKENS: "r both", HEALER_SENSOR_TOKENS: "s both", HEALER_ADMIN_TOKENS: "a" };
const AWAY = { ...TOKENS, HEALER_LOOPBACK: "" };

describe("showViewer", () => {
	const bearer = (token: string) => get("/api/viewer", { authorization: `Bearer ${token}` });

	it.each([
		["r", { who: "a read token", rights: ["read"] }],
		["s", { who: "a sensor's token", rights: ["sense"] }],
		["both", { who: "a read token", rights: ["sense", "read"] }],
		["a", { who: "an admin token", rights: ["read", "operate", "administer"] }],
		["token-of-the-tests", { who: "the API token", rights: ["sense", "read", "operate", "administer"] }],
		["wrong", { who: null, rights: [] }],
	])("says what the token %s may do", async (token, viewer) => {
		expect(await send(bearer(token), AWAY)).toMatchObject({ status: 200, body: viewer });
	});

	it("says what this machine's page may do, and what a token adds", async () => {
		const here = { who: "somebody on this machine", rights: ["read", "operate"] };
		expect((await send(get("/api/viewer"), TOKENS)).body).toEqual(here);
		expect((await send(bearer("wrong"), TOKENS)).body).toEqual(here);
		expect((await send(bearer("s"), TOKENS)).body).toEqual({
			who: "a sensor's token",
			rights: ["sense", "read", "operate"],
		});
		expect((await send(get("/api/viewer"), AWAY)).body).toEqual({ who: null, rights: [] });
	});
});
