import { describe, expect, it } from "vitest";
import { REFUSAL_STATUS } from "../../wire/refusal.ts";

describe("REFUSAL_STATUS", () => {
	it("has one status per reason, separate from those of an unreadable body", () => {
		const { not_json, invalid, wrong_id, ...others } = REFUSAL_STATUS;
		expect([not_json, invalid, wrong_id]).toEqual([422, 422, 422]);
		expect(new Set(Object.values(others)).size).toBe(Object.keys(others).length);
	});
});
