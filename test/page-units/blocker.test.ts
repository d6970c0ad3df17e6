import { describe, expect, it } from "vitest";
import { blockerOf } from "../../page/parts/blocker.ts";

const ID = "1".repeat(32);
const OTHER = "5240ab".padEnd(32, "0");

describe("blockerOf", () => {
	it.each([
		["the claim on its branch", "claim:5dlabs/cto|branch|fix/parser", OTHER, "on the same branch"],
		["another claim", "claim:5dlabs/cto|alerts", OTHER, "for the same alerts"],
		["an older incident in the queue for a claim", "claim:5dlabs/cto|branch|fix/parser", OTHER, "on the same branch"],
		["an older incident in the queue for an agent", "agent:rex", OTHER, "for the same agent"],
		["an older incident in the queue for a limit", "limit:repository:5dlabs/cto", OTHER, "for the same limit"],
		["an older incident in the queue for a key without a name", "claim:5dlabs/cto", OTHER, "for the same claim"],
	])("finds the incident that holds %s", (_what, blocked_on, blocked_by, shared) => {
		expect(blockerOf({ id: ID, blocked_on, blocked_by })).toEqual({ id: OTHER, label: "#5240a", shared });
	});

	it.each([
		["a busy agent", "agent:rex", null],
		["a pause", "claim:5dlabs/cto|branch|main", null],
		["nothing", null, OTHER],
		["itself", "incident:1", ID],
		["an id that is no address", "agent:rex", "../hub"],
	])("finds no incident for %s", (_what, blocked_on, blocked_by) => {
		expect(blockerOf({ id: ID, blocked_on, blocked_by })).toBeUndefined();
	});
});
