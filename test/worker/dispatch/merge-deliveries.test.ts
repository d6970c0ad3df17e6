import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { mergeDeliveries } from "../../../worker/dispatch/merge-deliveries.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";

const told = (fields: Partial<Incident>) => sampleIncident({ id: sampleId(1), ...fields });

describe("mergeDeliveries", () => {
	it("names every failed job and step of one run, each once", () => {
		const clippy = told({ job: "clippy", failed_steps: ["cargo clippy"] });
		const test = told({ job: "test", failed_steps: ["cargo test", "Upload"] });
		const merged = mergeDeliveries(clippy, [test, clippy, told({ workflow: { path: ".github/workflows/ci.yml" } })]);
		expect(merged).toMatchObject({
			job: "clippy",
			jobs: ["clippy", "test"],
			failed_steps: ["cargo clippy", "cargo test", "Upload"],
			workflow: { path: ".github/workflows/ci.yml" },
		});
	});

	it("keeps what every check of one App printed", () => {
		const merged = mergeDeliveries(told({ evidence: "error[E0308]" }), [told({ evidence: "2 lints" }), told({})]);
		expect(merged.evidence).toBe("error[E0308]\n\n2 lints");
	});

	it("lets the first word stand, and names no list where there is one job", () => {
		const merged = mergeDeliveries(told({ job: "clippy", branch: "a" }), [
			told({ branch: "b", commit_message: "Fix" }),
		]);
		expect(merged).toMatchObject({ job: "clippy", branch: "a", commit_message: "Fix" });
		expect(merged.jobs).toBeUndefined();
	});
});
