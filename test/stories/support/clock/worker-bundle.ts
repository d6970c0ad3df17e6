import path from "node:path";
import * as shipped from "../../../../cli/hub/worker-bundle.ts";
import type { Artefact } from "../../../../pipeline/artefact.ts";

export * from "../../../../cli/hub/worker-bundle.ts";

const ENTRY = path.join(import.meta.dirname, "../../../worker/support/clocked-worker.ts");

/** In place of the shipped one: the worker with a clock that can be moved. */
export function bundleWorker(artefact: Artefact): Promise<string> {
	return shipped.bundleWorker(artefact, { entry: ENTRY });
}
