import { describe, expect, it } from "vitest";
import { readTime } from "../../../../relay/cluster/kubernetes/read-time.ts";

describe("readTime", () => {
	it.each([
		["2026-11-22T03:04:05Z", "2026-11-22T03:04:05.000Z"],
		["2026-11-22T03:04:05.123456789+00:00", "2026-11-22T03:04:05.123Z"],
		["2026-11-22T05:04:05.1-02:30", "2026-11-22T07:34:05.100Z"],
		["2026-11-22 03:04:05z", "2026-11-22T03:04:05.000Z"],
	])("reads %s as %s", (text, time) => {
		expect(readTime(text)).toBe(time);
	});

	it.each([undefined, "", "yesterday", "2026-11-22", "1763780645", "2026-13-40T99:04:05Z", "2026-11-22T03:04:05"])(
		"takes %o for no time",
		(text) => {
			expect(readTime(text)).toBeNull();
		},
	);
});
