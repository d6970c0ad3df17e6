import { describe, expect, it } from "vitest";
import { type RemediationEvent, TRANSITIONS, transit } from "../../../worker/journal/state-machine.ts";
import { INCIDENT_STATUSES } from "../../../worker/journal/statuses.ts";

const EVENTS = Object.keys(TRANSITIONS) as RemediationEvent[];

describe("transit", () => {
	it.each([
		["accepted", "spawned", "running"],
		["running", "agent_finished", "awaiting_ci"],
		["awaiting_ci", "ci_passed", "fixed"],
		["awaiting_ci", "retry_scheduled", "waiting"],
		["running", "escalated", "escalated"],
		["escalated", "ci_passed", "fixed"],
		["awaiting_ci", "fix_passed", "awaiting_merge"],
		["awaiting_merge", "ci_passed", "fixed"],
		["awaiting_merge", "escalated", "escalated"],
		["awaiting_ci", "unverified", "unverified"],
		["unverified", "ci_passed", "fixed"],
		["fixed", "reopened", "waiting"],
		["superseded", "reopened", "waiting"],
		["dead", "released", "waiting"],
		["running", "reassigned", "waiting"],
		["awaiting_merge", "reassigned", "waiting"],
		["escalated", "reassigned", "waiting"],
		["accepted", "rerun_planned", "rerunning"],
		["rerunning", "rerun_ended", "waiting"],
		["rerunning", "ci_passed", "fixed"],
		["rerunning", "reassigned", "waiting"],
		["accepted", "observed", "observed"],
		["observed", "retried", "waiting"],
		["observed", "reopened", "waiting"],
		["waiting", "approval_requested", "awaiting_approval"],
		["awaiting_approval", "approved", "waiting"],
		["awaiting_approval", "approval_expired", "cancelled"],
		["awaiting_approval", "redecided", "waiting"],
		["awaiting_approval", "stopped", "cancelled"],
	] as const)("leads from %s by %s to %s", (from, event, to) => {
		expect(transit(from, event)).toBe(to);
	});

	it.each([
		["fixed", "spawned"],
		["superseded", "ci_passed"],
		["cancelled", "retry_scheduled"],
		["running", "retried"],
		["fixed", "stopped"],
		["dead", "agent_finished"],
		["cancelled", "reopened"],
		["running", "reopened"],
		["awaiting_merge", "retried"],
		["fixed", "reassigned"],
		["superseded", "reassigned"],
		["rerunning", "spawned"],
		["awaiting_approval", "spawned"],
		["awaiting_approval", "released"],
		["observed", "spawned"],
		["observed", "ci_passed"],
		["observed", "stopped"],
		["waiting", "approved"],
		["cancelled", "approved"],
		["running", "rerun_planned"],
		["rerunning", "reopened"],
	] as const)("has no place in %s for %s", (from, event) => {
		expect(transit(from, event)).toBeUndefined();
	});

	it("reaches every state but the first, and can leave every one", () => {
		const reached = new Set(EVENTS.map((event) => TRANSITIONS[event].to));
		expect(INCIDENT_STATUSES.filter((status) => !reached.has(status as never))).toEqual(["accepted"]);
		const left = INCIDENT_STATUSES.filter((status) =>
			EVENTS.some((event) => (transit(status, event) ?? status) !== status),
		);
		expect(INCIDENT_STATUSES.filter((status) => !left.includes(status))).toEqual([]);
	});
});
