import { describe, expect, it } from "vitest";
import { type Incident, loadPipeline, type Notable, notifyTargets } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const INCIDENT: Incident = { id: "a", kind: "ci", event: "e", delivery_id: "d", repository: "o/r", branch: "main" };
const ABOUT: Notable = { event: "escalated", incident: INCIDENT, agent: "rex", failure_type: "rust_clippy" };
const TARGET = {
	name: "oncall",
	on: ["escalated", "dead", "lost_delivery"],
	to: "slack",
	url: "$env(HEALER_NOTIFY_URL)",
} as const;

function notified(where: string | undefined, about: Partial<Notable> = {}): Promise<readonly string[]> {
	const target = where === undefined ? TARGET : { ...TARGET, where };
	return notifyTargets(loadPipeline({ ...smallArtefact, notify: [target] }), { ...ABOUT, ...about });
}

describe("notifyTargets", () => {
	it.each([
		[undefined, ["oncall"]],
		["branch = 'main'", ["oncall"]],
		["branch = 'dev'", []],
		["$event = 'dead'", []],
		["$event = 'dead' or $failure.type = 'rust_clippy'", ["oncall"]],
		["$agent.name != 'rex'", []],
		// What is not known is no reason to stay silent.
		["pr_number = 7", ["oncall"]],
		["$log('clippy::')", ["oncall"]],
	])("with `where: %s` names %j", async (where, names) => {
		expect(await notified(where)).toEqual(names);
	});

	it("names only who listens to the event", async () => {
		expect(await notified(undefined, { event: "fixed" })).toEqual([]);
	});

	it("notifies of a lost delivery, which has no incident, whatever is asked of one", async () => {
		const lost = { event: "lost_delivery", incident: undefined, agent: undefined, failure_type: undefined } as const;
		expect(await notified("repository = 'o/other'", lost)).toEqual(["oncall"]);
		expect(await notified("$event != 'lost_delivery'", lost)).toEqual([]);
	});

	it("names nobody in a pipeline that was built before there were targets", async () => {
		expect(await notifyTargets(loadPipeline(smallArtefact), ABOUT)).toEqual([]);
	});
});
