import { describe, expect, it } from "vitest";
import { readFailure } from "../../../worker/github/read-failure.ts";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const AT = NOON / 1000;
const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

describe("readFailure", () => {
	it.each([
		[
			"the hour's allowance used up",
			403,
			"API rate limit exceeded for installation ID 77.",
			{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(AT + 1800) },
			at("12:30:01"),
		],
		[
			"the same as 429",
			429,
			"",
			{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(AT + 60) },
			at("12:01:01"),
		],
		[
			"a secondary limit that names seconds",
			403,
			"You have exceeded a secondary rate limit.",
			{ "retry-after": "90" },
			at("12:01:30"),
		],
		["a secondary limit that names none", 403, "You have exceeded a secondary rate limit", {}, at("12:01:00")],
		["429 that names nothing", 429, "Too many requests", {}, at("12:01:00")],
		[
			"a reset that is over",
			429,
			"",
			{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(AT - 5) },
			at("12:01:00"),
		],
		["a time out of all reason", 429, "", { "retry-after": "999999999" }, at("13:05:00")],
		["a time that is none", 403, "rate limit", { "retry-after": "tomorrow" }, at("12:01:00")],
	])("tells of %s until when", (_, status, message, headers, until) => {
		expect(readFailure({ status, message, headers }, NOON)).toEqual({ reason: "rate_limited", until });
	});

	it.each([
		[401, { reason: "forbidden", detail: "401: Bad credentials" }],
		[403, { reason: "forbidden", detail: "403: Bad credentials" }],
		[404, { reason: "not_found", detail: "404: Bad credentials" }],
		[410, { reason: "not_found", detail: "410: Bad credentials" }],
		[422, { reason: "refused", status: 422, detail: "422: Bad credentials" }],
		[500, { reason: "unavailable", detail: "500: Bad credentials" }],
		[503, { reason: "unavailable", detail: "503: Bad credentials" }],
	])("knows what %d means", (status, failure) => {
		expect(readFailure({ status, message: "Bad\n credentials", headers: {} }, NOON)).toEqual(failure);
	});

	it("keeps a bounded part of what was said", () => {
		const failure = readFailure({ status: 500, message: "x".repeat(10_000), headers: {} }, NOON);
		expect(failure).toEqual({ reason: "unavailable", detail: `500: ${"x".repeat(295)}` });
	});
});
