import { describe, expect, it } from "vitest";
import { loadPipeline, readDelivery } from "../../pipeline/index.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

describe("a run's id", () => {
	it.each([
		[4711, "4711"],
		["12216892003", "12216892003"],
		["4711/../../secrets", undefined],
		["$(GITHUB_TOKEN)", undefined],
		["4711\n", undefined],
		[-1, undefined],
		[1.5, undefined],
	])("of a forwarded payload is digits or absent: %j", async (run_id, expected) => {
		const reading = await readDelivery(loadPipeline(await shippedArtefact()), {
			event: "workflow_job",
			delivery_id: "d",
			payload: {
				action: "completed",
				repository: { full_name: "5dlabs/cto", default_branch: "main" },
				workflow_job: { run_id, name: "clippy", head_branch: "main", conclusion: "failure" },
			},
		});
		if (reading.outcome !== "incident") throw new Error(`the delivery is ${reading.outcome}`);
		expect(reading.incident.run_id).toBe(expected);
	});
});
