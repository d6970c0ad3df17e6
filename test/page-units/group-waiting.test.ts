import { describe, expect, it } from "vitest";
import { groupWaiting } from "../../page/home/group-waiting.ts";
import type { TitledIncident } from "../../worker/api/shapes.ts";

function waiting(id: string, changes: Partial<TitledIncident> = {}): TitledIncident {
	return {
		id,
		status: "waiting",
		reason: null,
		event: "workflow_job",
		repository: "acme/shop",
		branch: "main",
		run_id: null,
		agent: "rex",
		failure_type: null,
		rule: null,
		coderun_name: null,
		leader_id: null,
		members: 0,
		created_at: "2026-11-30T00:00:00.000Z",
		title: "Nightly",
		part: "clippy",
		pr_number: null,
		attempt: 1,
		blocked_on: "claim:acme/shop|branch|main",
		blocked_by: null,
		blocked_since: null,
		updated_at: "2026-11-30T00:00:00.000Z",
		...changes,
	};
}

const groups = (...incidents: readonly TitledIncident[]) =>
	groupWaiting(incidents).map((group) => group.incidents.map(({ id }) => id));

describe("groupWaiting", () => {
	it("puts incidents together that wait with the same failure for the same kind of thing", () => {
		const other = { branch: "dev", blocked_on: "claim:acme/shop|branch|dev" };
		expect(groups(waiting("a"), waiting("b", { title: "Deploy" }), waiting("c", other))).toEqual([["a", "c"], ["b"]]);
	});

	it.each<[string, Partial<TitledIncident>]>([
		["repositories", { repository: "acme/web" }],
		["jobs", { part: "test" }],
		["things to wait for", { blocked_on: "agent:rex" }],
	])("keeps different %s apart", (_what, changes) => {
		expect(groups(waiting("a"), waiting("b", changes))).toEqual([["a"], ["b"]]);
	});

	it("compares reasons without their numbers where nothing is claimed", () => {
		const paused = (id: string, reason: string) => waiting(id, { blocked_on: null, reason });
		expect(
			groups(
				paused("a", "the relay answered 503, try 3"),
				paused("b", "the relay answered 503, try 17"),
				paused("c", "paused"),
			),
		).toEqual([["a", "b"], ["c"]]);
	});

	it("groups nothing when nothing waits", () => {
		expect(groups()).toEqual([]);
	});
});
