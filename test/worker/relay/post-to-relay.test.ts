import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { verifyMessage } from "../../../wire/signature.ts";
import { postToRelay, type RelayTools } from "../../../worker/relay/post-to-relay.ts";

const NOW_S = 1_793_534_400;
const SECRET = "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=";
const MESSAGE = {
	path: "/v1/coderuns/status",
	id: "status.1",
	body: '{"a":1}',
	mostBytes: 5,
	signal: new AbortController().signal,
};

function tools(answer: () => Response | Promise<Response>, requests: Request[] = []): RelayTools {
	const fetcher: typeof fetch = async (input, init) => {
		requests.push(new Request(input, init));
		return await answer();
	};
	return {
		env: { RELAY_URL: env.RELAY_URL ?? "", HEALER_WIRE_SECRETS: SECRET },
		fetch: fetcher,
		now: () => NOW_S * 1000,
	};
}

describe("postToRelay", () => {
	it("signs the message, names its own version and follows no redirect", async () => {
		const requests: Request[] = [];
		const posted = await postToRelay(
			tools(() => new Response("done"), requests),
			MESSAGE,
		);
		expect(posted).toMatchObject({ ok: true, value: { text: "done" } });
		const [request] = requests;
		expect([request?.url, request?.method, request?.redirect]).toEqual([
			"http://relay.test/v1/coderuns/status",
			"POST",
			"manual",
		]);
		expect([request?.headers.get("healer-version"), request?.headers.get("healer-protocol")]).toEqual(["0.1.0", "3"]);
		const get = (name: string) => request?.headers.get(name) ?? null;
		expect(verifyMessage([SECRET], { get }, MESSAGE.body, NOW_S).ok).toBe(true);
	});

	it("gives no text of an answer that is longer than it may be", async () => {
		const posted = await postToRelay(
			tools(() => new Response("longer")),
			MESSAGE,
		);
		expect(posted).toMatchObject({ ok: true, value: { text: undefined } });
	});

	it("names the problem where the relay cannot be reached, or is not named", async () => {
		const cut = tools(() => Promise.reject(new TypeError("Network connection lost.")));
		expect(await postToRelay(cut, MESSAGE)).toEqual({
			ok: false,
			problem: "the relay could not be reached: relay.test refused or dropped the connection",
		});
		expect(await postToRelay({ ...cut, env: { HEALER_WIRE_SECRETS: SECRET } }, MESSAGE)).toEqual({
			ok: false,
			problem: "RELAY_URL is not set",
		});
	});
});
