import { describe, expect, it } from "vitest";
import { blockerOf } from "../../page/parts/blocker.ts";

const ID = "1".repeat(32);
const OTHER = "5240ab".padEnd(32, "0");

describe("blockerOf", () => {
	it.each([
		[
			"the claim on its branch",
			"claim:5dlabs/cto|branch|fix/parser",
			`claim branch is held by incident ${OTHER} (healer-ci-rex-0123456789abcdef)`,
			"on the same branch",
		],
		[
			"another claim",
			"claim:5dlabs/cto|alerts",
			`claim alerts is held by incident ${OTHER} (healer-ci-cipher-0123456789abcdef)`,
			"for the same alerts",
		],
		[
			"an older incident in the queue for a claim",
			"claim:5dlabs/cto|branch|fix/parser",
			`behind incident ${OTHER}, which waits for claim:5dlabs/cto|branch|fix/parser`,
			"on the same branch",
		],
		[
			"an older incident in the queue for an agent",
			"agent:rex",
			`behind incident ${OTHER}, which waits for agent:rex`,
			"for the same agent",
		],
		[
			"an older incident in the queue for the hourly limit",
			"cap:5dlabs/cto",
			`behind incident ${OTHER}, which waits for cap:5dlabs/cto`,
			"for the same hourly limit",
		],
		[
			"an older incident in the queue for a key without a name",
			"claim:5dlabs/cto",
			`behind incident ${OTHER}, which waits for claim:5dlabs/cto`,
			"for the same claim",
		],
	])("finds the incident that holds %s", (_what, blocked_on, reason, shared) => {
		expect(blockerOf({ id: ID, blocked_on, reason })).toEqual({ id: OTHER, label: "#5240a", shared });
	});

	it.each([
		["a busy agent", "agent:rex", "agent rex has 2 unfinished CodeRuns"],
		["a pause", "claim:5dlabs/cto|branch|main", "paused"],
		["nothing", null, `claim branch is held by incident ${OTHER} (healer-ci-rex-0123456789abcdef)`],
		["no reason", "agent:rex", null],
		["itself", "incident:1", `claim incident is held by incident ${ID} (healer-ci-rex-0123456789abcdef)`],
		["an id that is no address", "agent:rex", "behind incident ../hub, which waits for agent:rex"],
	])("finds no incident for %s", (_what, blocked_on, reason) => {
		expect(blockerOf({ id: ID, blocked_on, reason })).toBeUndefined();
	});
});
