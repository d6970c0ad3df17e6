import bundled from "../../../dist/pipeline.json";
import { createEngine, type Engine } from "../../../worker/engine.ts";

/** The shipped pipeline with other settings. */
export function shippedEngine(settings: Partial<Engine["settings"]>): Engine {
	return createEngine({ ...bundled, settings: { ...bundled.settings, ...settings } });
}
