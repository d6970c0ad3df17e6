import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../wire/message.ts";
import { spawnRequestSchema } from "../../wire/spawn.ts";
import { spawnRequest } from "../support/spawn-request.ts";

const read = (value: unknown) => readMessage(spawnRequestSchema, JSON.stringify(value));

describe("readMessage(spawnRequestSchema)", () => {
	it("reads the worker's message", () => {
		expect(read(spawnRequest())).toEqual({ ok: true, value: spawnRequest() });
	});

	it("refuses an unknown field at every level, and names it", () => {
		const places = ["", "claims.0", "coderun", "coderun.metadata"];
		return fc.assert(
			fc.property(fc.constantFrom(...places), fc.stringMatching(/^x_[a-z]{1,20}$/), (place, field) => {
				const request: unknown = structuredClone(spawnRequest());
				const target = place === "" ? request : place.split(".").reduce<unknown>((at, key) => Object(at)[key], request);
				Object.assign(Object(target), { [field]: 1 });
				expect(read(request)).toEqual({
					ok: false,
					reason: "invalid",
					detail: `${place === "" ? "body" : place}: unknown "${field}"`,
				});
			}),
		);
	});

	it.each([
		["an incident id that is not a hash", { incident_id: "../../etc" }, "incident_id: invalid_format"],
		["an agent that is no label", { agent: "Rex!" }, "agent: invalid_format"],
		["attempt 0", { attempt: 0 }, "attempt: too_small"],
		["a fractional max_active", { max_active: 0.5 }, "max_active: invalid_type"],
	])("refuses %s", (_, changes, detail) => {
		expect(read({ ...spawnRequest(), ...changes })).toEqual({ ok: false, reason: "invalid", detail });
	});

	it("refuses a spec that is nested 100,000 deep", () => {
		const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
		const body = JSON.stringify(spawnRequest()).replace('"service":"remediation"', `"service":${deep}`);
		expect(readMessage(spawnRequestSchema, body)).toEqual({
			ok: false,
			reason: "invalid",
			detail: "coderun.spec: custom",
		});
	});

	it("reports a body that is not JSON", () => {
		expect(readMessage(spawnRequestSchema, "{")).toEqual({
			ok: false,
			reason: "not_json",
			detail: "the body is not JSON",
		});
	});
});
