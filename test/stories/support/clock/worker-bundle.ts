import path from "node:path";
import * as shipped from "../../../../cli/hub/worker-bundle.ts";
import type { Artefact } from "../../../../pipeline/artefact.ts";

const ENTRY = path.join(import.meta.dirname, "../../../worker/support/clocked-worker.ts");

/** In place of `cli/hub/worker-bundle.ts`: the worker with a clock that can be moved. */
export function bundleWorker(artefact: Artefact): Promise<string> {
	return shipped.bundleWorker(artefact, { entry: ENTRY });
}
