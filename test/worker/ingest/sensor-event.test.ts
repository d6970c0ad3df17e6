import { describe, expect, it } from "vitest";
import { readAlertEvent, readCiEvent, unwrapBody } from "../../../worker/ingest/sensor-event.ts";

describe("readCiEvent", () => {
	it.each(["workflow_run", "workflow_job", "check_run", "check_suite"])("knows %s by its key", (key) => {
		expect(readCiEvent({ [key]: { id: 1 }, repository: {} })).toEqual({
			event: key,
			payload: { action: "completed", [key]: { id: 1 }, repository: {} },
		});
	});

	it("takes a job's payload for a job's although it names its run", () => {
		expect(readCiEvent({ workflow_run: {}, workflow_job: {} })?.event).toBe("workflow_job");
	});

	it("leaves an action that is told as it is", () => {
		expect(readCiEvent({ action: "requested", workflow_run: {} })?.payload.action).toBe("requested");
	});

	it("knows a commit status by state and context", () => {
		expect(readCiEvent({ state: "failure", context: "ci/x", sha: "1" })).toEqual({
			event: "status",
			payload: { state: "failure", context: "ci/x", sha: "1" },
		});
	});

	it.each([[{}], [{ workflow_run: null }], [{ workflow_run: "x" }], [{ check_run: [] }], [{ state: "failure" }]])(
		"knows no event in %j",
		(fields) => {
			expect(readCiEvent(fields)).toBeUndefined();
		},
	);
});

describe("readAlertEvent", () => {
	it.each([
		["dependabot_alert", { number: 1, dependency: {}, security_advisory: {} }, "created"],
		["dependabot_alert", {}, "created"],
		["code_scanning_alert", { number: 1, rule: {}, tool: {} }, "created"],
		["secret_scanning_alert", { number: 1, secret_type: "x" }, "created"],
		["repository_vulnerability_alert", { id: 1, affected_package_name: "rack" }, "create"],
	])("knows a %s by what only it has", (event, alert, action) => {
		expect(readAlertEvent({ alert })).toEqual({ event, payload: { action, alert } });
	});

	it("knows no alert where there is none", () => {
		expect(readAlertEvent({ alert: "x" })).toBeUndefined();
		expect(readAlertEvent({})).toBeUndefined();
	});
});

describe("unwrapBody", () => {
	it("takes the payload bare, or under body", () => {
		expect(unwrapBody({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
		expect(unwrapBody({ body: { a: 1 }, headers: {} })).toEqual({ ok: true, value: { a: 1 } });
	});

	it("takes the JSON text under body, as Argo Events sends it without useRawData", () => {
		expect(unwrapBody({ body: '{"workflow_run":{"id":1}}' })).toEqual({ ok: true, value: { workflow_run: { id: 1 } } });
	});

	it("leaves the text of an event that names its repository beside it", () => {
		const event = { body: "{", repository: { full_name: "5dlabs/cto" } };
		expect(unwrapBody(event)).toEqual({ ok: true, value: event });
	});

	it.each([["a text"], ['{"a":1'], ["[1]"], ["null"], ['"{}"'], [""]])(
		"says that %j under body is no object",
		(body) => {
			expect(unwrapBody({ body })).toEqual({ ok: false, problem: "the text under body is not a JSON object" });
		},
	);

	it.each([[null], [[]], ["x"], [1]])("takes nothing from %j", (body) => {
		expect(unwrapBody(body)).toEqual({ ok: false, problem: "the body is not a JSON object" });
	});
});
