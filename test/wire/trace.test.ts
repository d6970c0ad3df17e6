import { describe, expect, it } from "vitest";
import { readTraceparent } from "../../wire/trace.ts";
import { attemptTraceparent, deliveryTraceId, traceparentOf } from "../../worker/runtime/trace.ts";

const GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("readTraceparent", () => {
	it("reads version 00", () => {
		expect(readTraceparent(GIVEN)).toEqual({ trace_id: TRACE, flags: "00" });
	});

	it.each([
		["nothing", undefined],
		["an empty text", ""],
		["capitals", GIVEN.toUpperCase()],
		["another version", `01${GIVEN.slice(2)}`],
		["more parts", `${GIVEN}-00`],
		["a line after it", `${GIVEN}\n`],
		["a space before it", ` ${GIVEN}`],
		["a trace id of zeros", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
		["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
		["a short trace id", `00-${TRACE.slice(1)}-00f067aa0ba902b7-01`],
		["a reference to a variable", "$(SECRET)"],
	])("refuses %s", (_, text) => {
		expect(readTraceparent(text)).toBeUndefined();
	});
});

describe("the trace of a delivery", () => {
	it("is the one that its sender gave, or follows from its id", () => {
		expect(traceparentOf("d-1", GIVEN)).toBe(GIVEN);
		expect(traceparentOf("d-1")).toBe("00-b8db71a5c5cb895b8116c96212e9de89-1ef62c72c5997511-01");
		expect(traceparentOf("d-1", "not one")).toBe(traceparentOf("d-1"));
		expect(deliveryTraceId("d-1", GIVEN)).toBe(TRACE);
		expect(readTraceparent(traceparentOf("d-2"))?.trace_id).not.toBe(deliveryTraceId("d-1"));
	});

	it("goes on in each attempt at its incident, under another parent and with the same flags", () => {
		const incident = { id: "a".repeat(32), traceparent: GIVEN };
		const first = attemptTraceparent(incident, 1);
		expect(first).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
		expect(attemptTraceparent(incident, 1)).toBe(first);
		expect(attemptTraceparent(incident, 2)).not.toBe(first);
		expect(first).not.toContain("00f067aa0ba902b7");
	});

	it("of an incident that an earlier Healer opened follows from the incident's id", () => {
		const incident = { id: "a".repeat(32), traceparent: null };
		expect(readTraceparent(attemptTraceparent(incident, 1))).toBeDefined();
		expect(attemptTraceparent(incident, 1)).toBe(attemptTraceparent(incident, 1));
	});
});
