import { describe, expect, it } from "vitest";
import { packRequest, requestBody } from "../../../worker/journal/incident-waits.ts";
import { packJson, unpackJson } from "../../../worker/journal/packed-json.ts";

describe("packJson", () => {
	it("stores a long text small, with some fields readable, and gives it back to the byte", async () => {
		const text = JSON.stringify({
			stages: Array.from({ length: 200 }, (_, n) => ({ rule: `näme-${n}`, verdict: "true" })),
		});
		const stored = await packJson(text, { pipeline: "v1" });
		expect(stored.length).toBeLessThan(text.length / 4);
		expect(JSON.parse(stored)).toEqual({ pipeline: "v1", packed: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) });
		expect(await unpackJson(stored)).toBe(text);
	});

	it("leaves a short text, and one of an earlier Healer, as it is", async () => {
		expect(await packJson('{"stages":[]}')).toBe('{"stages":[]}');
		expect(await unpackJson('{"stages":[]}')).toBe('{"stages":[]}');
	});

	it.each(['{"packed":"AAAA"}', '{"packed":', '{"packed":"?"}', '{"packed":7}'])(
		"gives no JSON for a damaged %s, or itself",
		async (damaged) => {
			const text = await unpackJson(damaged);
			expect(text.startsWith(damaged)).toBe(true);
		},
	);
});

describe("packRequest", () => {
	it("keeps what SQL reads, and the bytes of every send", async () => {
		const prompt = "fix it: ".repeat(500);
		const request = {
			...{ incident_id: "0".repeat(32), attempt: 1, agent: "rex", max_active: 1, deadline_s: 7200 },
			claims: [{ name: "branch", key: "a/b|main", ttl_s: 600, while_active: true }],
			coderun: { metadata: { name: "n", namespace: "cto", labels: {}, annotations: {} }, spec: { prompt } },
		};
		const stored = await packRequest(request);
		expect(JSON.parse(stored)).toMatchObject({
			deadline_s: 7200,
			claims: request.claims,
			coderun: { packed: expect.any(String) },
		});
		expect(await requestBody({ request: stored })).toBe(JSON.stringify(request));
		expect(await requestBody({ request: JSON.stringify(request) })).toBe(JSON.stringify(request));
		expect(await requestBody({ request: '{"packed":' })).toBe('{"packed":');
	});
});
