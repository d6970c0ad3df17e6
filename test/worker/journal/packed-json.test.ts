import { describe, expect, it } from "vitest";
import { packJson, unpackJson } from "../../../worker/journal/packed-json.ts";

describe("packJson", () => {
	it("stores a long text small, with some fields readable, and gives it back to the byte", async () => {
		const text = JSON.stringify({
			stages: Array.from({ length: 200 }, (_, n) => ({ rule: `näme-${n}`, verdict: "true" })),
		});
		const stored = packJson(text, { pipeline: "v1" });
		expect(stored.length).toBeLessThan(text.length / 4);
		expect(JSON.parse(stored)).toEqual({ pipeline: "v1", packed: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) });
		expect(unpackJson(stored)).toBe(text);
	});

	it("leaves a short text, and one of an earlier Healer, as it is", async () => {
		expect(packJson('{"stages":[]}')).toBe('{"stages":[]}');
		expect(unpackJson('{"stages":[]}')).toBe('{"stages":[]}');
	});

	it.each(['{"packed":"AAAA"}', '{"packed":', '{"packed":"?"}', '{"packed":7}'])(
		"gives no JSON for a damaged %s, or itself",
		async (damaged) => {
			const text = unpackJson(damaged);
			expect(text.startsWith(damaged)).toBe(true);
		},
	);
});
