import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createSendSpawn } from "../../../worker/relay/send-spawn.ts";

/** What the worker makes of one answer, and what it sent. */
async function sent(answer: () => Response | Promise<Response>) {
	const requests: Headers[] = [];
	const fetcher: typeof fetch = async (input, init) => {
		requests.push(new Request(input, init).headers);
		return await answer();
	};
	const result = await createSendSpawn(env, () => Date.parse("2026-11-29T12:00:00Z"), fetcher)("id.1", "{}");
	return { result, requests };
}

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}) =>
	Response.json(body, { status, headers });

describe("createSendSpawn", () => {
	it.each([
		[
			"the cause and the cure that the relay names",
			() =>
				refusal(503, { error: "unavailable", cause: "unauthorized", detail: "the API server does not know the token" }),
			"the relay answered 503 (unauthorized): the API server does not know the token",
		],
		[
			"no secret and no second line of what the relay repeats",
			() => refusal(503, { error: "unavailable", detail: "no\nway: Bearer ghp_0123456789abcdefghijABCDEFGHIJ012345" }),
			"the relay answered 503 (unavailable): its cluster or its folder cannot be used now; no way: Bearer [redacted: github token]",
		],
		[
			"secrets that differ",
			() => refusal(401, { error: "forged" }),
			"the relay answered 401 (forged): it does not accept the signature: give both sides the same HEALER_WIRE_SECRETS",
		],
		[
			"clocks that differ",
			() => refusal(403, { error: "expired" }),
			"the relay answered 403 (expired): the clocks of worker and relay are more than five minutes apart: compare them",
		],
		[
			"an older relay that refuses a field",
			() =>
				refusal(
					422,
					{ error: "invalid", detail: 'body: unknown "priority"' },
					{ "healer-version": "0.0.9", "healer-protocol": "0" },
				),
			'the relay answered 422 (invalid): it does not understand the message: upgrade the relay, then the worker; body: unknown "priority"; this worker is 0.1.0 (protocol 3), the relay 0.0.9 (protocol 0): upgrade the relay',
		],
		[
			"a bug of the relay",
			() => refusal(500, { error: "internal" }),
			"the relay answered 500 (internal): a bug in the relay: its log names it (kubectl -n cto logs deployment/healer-relay)",
		],
		[
			"a tunnel without a connector",
			() => new Response("error code: 1033", { status: 530 }),
			"the relay answered 530: Cloudflare cannot reach it: DNS cannot resolve it, or the tunnel has no connector (kubectl -n cto get pods)",
		],
		[
			"something else at that address",
			() => new Response("<html>nginx</html>", { status: 404 }),
			"the relay answered 404: the answer is not a relay's; set RELAY_URL to the relay's own URL",
		],
		[
			"a result of a newer relay",
			() => Response.json({ result: "queued", place: 3 }),
			'the relay answered result "queued", which this worker does not know: upgrade it',
		],
		[
			"a reason of a newer relay",
			() => Response.json({ result: "refused", reason: "frozen", detail: "x" }),
			'the relay answered refused for "frozen", which this worker does not know: upgrade it',
		],
		["an answer without end", () => new Response("x".repeat(70_000)), "the relay's answer is larger than 65536 bytes"],
		[
			"a connection that is refused",
			() => Promise.reject(new Error("Network connection lost.")),
			"the relay could not be reached: relay.test refused or dropped the connection",
		],
		[
			"a time that ran out",
			() => Promise.reject(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
			"the relay could not be reached: relay.test did not answer in time",
		],
	])("tries again, and names %s", async (_, answer, reason) => {
		expect((await sent(answer)).result).toEqual({ ok: false, reason, isFinal: false });
	});

	it("gives up when another message was sent for this attempt", async () => {
		expect((await sent(() => refusal(409, { error: "replayed" }))).result).toEqual({
			ok: false,
			reason: "the relay answered 409 (replayed): another message was already sent for this attempt",
			isFinal: true,
		});
	});

	it("tries again when a proxy answers 409", async () => {
		expect((await sent(() => new Response("conflict", { status: 409 }))).result).toMatchObject({ isFinal: false });
	});

	it("takes a newer relay's answer without what it does not know, and says its own version", async () => {
		const { result, requests } = await sent(() => Response.json({ result: "created", coderun_name: "a", uid: "b" }));
		expect(result).toEqual({ ok: true, result: { result: "created", coderun_name: "a" } });
		expect([requests[0]?.get("healer-version"), requests[0]?.get("healer-protocol")]).toEqual(["0.1.0", "3"]);
	});
});
