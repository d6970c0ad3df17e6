import { expect, it } from "vitest";
import { loadGoodPipeline } from "../../../cli/build-pipeline.ts";
import { bundleWorker } from "../../../cli/hub/worker-bundle.ts";

it("has the artefact once, and of its libraries what it uses", async () => {
	const artefact = await loadGoodPipeline("pipeline.yaml");
	if (!artefact.ok) throw new Error(artefact.problem);
	const script = await bundleWorker(artefact.value);
	expect(script.split(artefact.value.version)).toHaveLength(2);
	// zod's German: all its languages are in a bundle as soon as one file imports `{ z }`.
	expect(/Ung(?:ü|\\xFC)ltige Eingabe/.test(script)).toBe(false);
});
