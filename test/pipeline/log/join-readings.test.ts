import { describe, expect, it } from "vitest";
import { joinReadings } from "../../../pipeline/log/join-readings.ts";
import type { LogReading } from "../../../pipeline/log/log-reading.ts";

const reading = (more: Partial<LogReading>): LogReading => ({
	...{ lines: 10, bytes: 100, patterns: {}, gave_up: [], excerpt: "text" },
	...more,
});

describe("joinReadings", () => {
	it("leaves one log as it is", () => {
		const one = reading({ failed_step: "Run make", patterns: { a: { count: 1, errors: 1, first: 3, last: 3 } } });
		expect(joinReadings([{ reading: one, title: "job build" }])).toEqual(one);
	});

	it("adds counts, continues line numbers, and titles each excerpt", () => {
		const first = reading({ patterns: { a: { count: 2, errors: 1, first: 3, last: 7 } }, gave_up: ["/x+/"] });
		const second = reading({
			lines: 4,
			failed_step: "Run tests",
			patterns: { a: { count: 1, errors: 0, first: 2, last: 2 }, b: { count: 5, errors: 5, first: 1, last: 4 } },
			gave_up: ["/x+/", "/y+/"],
			excerpt: "other",
		});
		expect(
			joinReadings([
				{ reading: first, title: "job build" },
				{ reading: second, title: "job test", cut: "the connection was lost here" },
			]),
		).toEqual({
			lines: 14,
			bytes: 200,
			patterns: {
				a: { count: 3, errors: 1, first: 3, last: 12 },
				b: { count: 5, errors: 5, first: 11, last: 14 },
			},
			failed_step: "Run tests",
			gave_up: ["/x+/", "/y+/"],
			excerpt: "=== job build ===\ntext\n\n=== job test ===\nother\n[... the connection was lost here ...]",
		});
	});
});
