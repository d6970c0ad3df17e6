import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { SOURCE_PARAMETERS } from "../../../pipeline/source-parameters.ts";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { planContext } from "../../../pipeline/stages/plan-context.ts";
import { PARAMETERS } from "../../../relay/context/parameters.ts";
import type { ClusterSource } from "../../../wire/context.ts";
import { shippedArtefact } from "../../support/shipped-artefact.ts";

describe("PARAMETERS", () => {
	it("accepts what a pipeline's check accepts, for each source", () => {
		const checked = Object.entries(SOURCE_PARAMETERS).map(([name, known]) => [name, Object.keys(known).toSorted()]);
		const taken = Object.entries(PARAMETERS).map(([name, schema]) => [name, Object.keys(schema.shape).toSorted()]);
		expect(taken).toEqual(checked);
	});

	it("accepts the shipped pipeline's requests", async () => {
		const pipeline = loadPipeline(await shippedArtefact());
		const play: Incident = {
			id: "0".repeat(32),
			kind: "play",
			event: "play",
			delivery_id: "d-1",
			repository: "5dlabs/cto",
			workflow: { name: "play-412" },
		};
		const planned = (await planContext(pipeline, play)).filter(({ from }) => Object.hasOwn(PARAMETERS, from));
		expect(planned.map(({ from }) => from).toSorted()).toEqual(Object.keys(PARAMETERS).toSorted());
		for (const { from, with: parameters, skip } of planned) {
			expect(skip).toBeUndefined();
			expect(PARAMETERS[from as ClusterSource].safeParse(parameters)).toMatchObject({ success: true });
		}
	});
});
