import { fileURLToPath } from "node:url";
import { loadGoodPipeline } from "../../cli/build-pipeline.ts";
import type { Artefact } from "../../pipeline/index.ts";

/** The repository's own pipeline, checked and built. */
export async function shippedArtefact(): Promise<Artefact> {
	const built = await loadGoodPipeline(fileURLToPath(new URL("../../pipeline.yaml", import.meta.url)));
	if (!built.ok) throw new Error(built.problem);
	return built.value;
}
