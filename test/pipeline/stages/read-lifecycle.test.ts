import { describe, expect, it } from "vitest";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { readLifecycle } from "../../../pipeline/stages/read-lifecycle.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline({
	...smallArtefact,
	lifecycle: [
		{
			name: "leaked",
			on: "secret_scanning_alert",
			says: "closed",
			of: { branch: "alert.secret", job: "alert.secret_type" },
		},
	],
});

describe("readLifecycle", () => {
	it("shows no mapping the secret of a secret scanning alert", async () => {
		const signal = await readLifecycle(pipeline, {
			event: "secret_scanning_alert",
			delivery_id: "d-1",
			payload: { repository: { full_name: "5dlabs/cto" }, alert: { secret: "hunter2", secret_type: "own_kind" } },
		});
		expect(signal).toEqual({
			repository: "5dlabs/cto",
			job: "own_kind",
			says: "closed",
			event: "leaked",
			delivery_id: "d-1",
		});
	});
});
