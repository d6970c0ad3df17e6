import { describe, expect, it } from "vitest";
import { type Incident, loadPipeline, planContext } from "../../../pipeline/index.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline(smallArtefact);
const incident: Incident = { id: "a", kind: "ci", event: "e", delivery_id: "d", repository: "o/r", branch: "main" };

describe("planContext", () => {
	it("evaluates parameters, and gives the reason for skipping a source", async () => {
		expect(await planContext(pipeline, incident)).toMatchObject([
			{
				name: "job_logs",
				from: "github.job_logs",
				with: { tail: 200 },
				timeout_s: 60,
				skip: { why: "its condition is false" },
			},
			{ name: "loki", from: "loki.query_range", with: { query: "{branch=main}" }, timeout_s: 5 },
		]);
		const [logs] = await planContext(pipeline, { ...incident, run_id: "7" });
		expect(logs).not.toHaveProperty("skip");
	});
});
