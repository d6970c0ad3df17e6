import { describe, expect, it } from "vitest";
import type { PlannedRequest } from "../../../pipeline/index.ts";
import { contextRequestSchema } from "../../../wire/context.ts";
import { verifyMessage } from "../../../wire/signature.ts";
import { createAskRelay } from "../../../worker/context/ask-relay.ts";
import { sampleId } from "../support/sample-incident.ts";

const SECRET = "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=";
const NOON = Date.parse("2026-11-22T12:00:00Z");
const LOKI: PlannedRequest = { name: "logs", from: "loki.query_range", with: { query: "{}" }, timeout_s: 5 };
const PODS: PlannedRequest = { name: "pods", from: "kubernetes.pods", with: {}, timeout_s: 600 };

/** Asks a relay that answers so, and gives what it was sent, too. */
async function askRelay(
	answer: () => Response | Promise<Response>,
	requests = [LOKI, PODS],
	url = "http://relay.test",
) {
	const sent: { url: string; headers: Headers; body: string }[] = [];
	const fetcher: typeof fetch = async (input, init) => {
		const request = new Request(input, init);
		sent.push({ url: request.url, headers: request.headers, body: await request.text() });
		return await answer();
	};
	const env = { RELAY_URL: url, HEALER_WIRE_SECRETS: SECRET };
	const ask = createAskRelay({ env, fetch: fetcher, now: () => NOON, newId: () => "id-1" }, sampleId(1));
	return { results: await ask(requests, new AbortController().signal), sent };
}

describe("createAskRelay", () => {
	it("asks for all in one signed request, each with its own timeout", async () => {
		const results = [
			{ name: "logs", from: "loki.query_range", took_ms: 12, status: "ok", data: { lines: ["error"] } },
			{ name: "pods", from: "kubernetes.pods", took_ms: 0, status: "skipped", why: "not configured" },
		];
		const asked = await askRelay(() => Response.json({ results }));
		expect(asked.results).toEqual([
			{ status: "ok", data: { lines: ["error"] }, took_ms: 12 },
			{ status: "skipped", why: "not configured", took_ms: 0 },
		]);
		const [sent] = asked.sent;
		expect(asked.sent).toHaveLength(1);
		expect(sent?.url).toBe("http://relay.test/v1/context");
		expect(verifyMessage([SECRET], sent?.headers ?? new Headers(), sent?.body ?? "", NOON / 1000)).toEqual({
			ok: true,
			id: `context.${sampleId(1)}.id-1`,
		});
		expect(contextRequestSchema.parse(JSON.parse(sent?.body ?? ""))).toEqual({
			incident_id: sampleId(1),
			sources: [
				{ name: "logs", from: "loki.query_range", with: { query: "{}" }, timeout_ms: 5000 },
				{ name: "pods", from: "kubernetes.pods", with: {}, timeout_ms: 60_000 },
			],
		});
	});

	it.each([
		[
			"is down",
			() => Promise.reject(new Error("Network connection lost.")),
			"the relay could not be reached: relay.test refused or dropped the connection",
		],
		[
			"refuses",
			() => Response.json({ error: "forged" }, { status: 401 }),
			"the relay answered 401 (forged): it does not accept the signature: give both sides the same HEALER_WIRE_SECRETS",
		],
		["answers nonsense", () => new Response("<html>"), "the relay's answer was not understood: the body is not JSON"],
		[
			"answers another shape",
			() => Response.json({ results: { name: "logs" } }),
			"the relay's answer was not understood: results: invalid_type",
		],
		["answers without end", () => new Response(endless()), "the relay's answer is larger than 2097152 bytes"],
	])("fails each part with the reason when it %s", async (_, answer, why) => {
		const { results } = await askRelay(answer);
		expect(results).toEqual([
			{ status: "failed", why, took_ms: 0 },
			{ status: "failed", why, took_ms: 0 },
		]);
	});

	it("keeps what it understands of a newer relay's answer", async () => {
		const results = [
			{ name: "logs", from: "loki.query_range", took_ms: 1, status: "ok", data: 1, shard: "a newer field" },
			{ name: "pods", from: "kubernetes.pods", took_ms: 1, status: "partial", data: 1 },
		];
		expect((await askRelay(() => Response.json({ results, cached: false }))).results).toEqual([
			{ status: "ok", data: 1, took_ms: 1 },
			{
				...{ status: "failed", took_ms: 0 },
				why: "the relay's answer was not understood: unknown status; is the relay newer than the worker?",
			},
		]);
	});

	it("fails a part that the answer leaves out, or gives from another source", async () => {
		const results = [{ name: "logs", from: "kubernetes.pods", took_ms: 1, status: "empty" }];
		const asked = await askRelay(() => Response.json({ results }), [LOKI]);
		expect(asked.results).toEqual([{ status: "failed", why: "missing in the relay's answer", took_ms: 0 }]);
	});

	it("asks nobody without an address, or for more than a relay takes", async () => {
		const unset = await askRelay(() => Response.error(), [LOKI], "");
		expect(unset.results).toEqual([{ status: "skipped", why: "RELAY_URL is not set", took_ms: 0 }]);
		const large = await askRelay(() => Response.error(), [{ ...LOKI, with: { query: "x".repeat(70_000) } }]);
		expect(large.results).toEqual([{ status: "failed", why: "the parameters are too large", took_ms: 0 }]);
		expect([...unset.sent, ...large.sent]).toEqual([]);
	});
});

function endless(): ReadableStream<Uint8Array> {
	const chunk = new TextEncoder().encode(" ".repeat(256 * 1024));
	return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}
