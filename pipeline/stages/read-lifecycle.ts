import { matchesGlob } from "../expression/glob.ts";
import type { Delivery } from "../reading.ts";
import type { Signal } from "../signal.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { envelopeOf, REPOSITORY } from "./envelope.ts";
import { shapeIncident } from "./incident-shape.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { payloadScope } from "./payload-scope.ts";
import { firstTrue } from "./rule-verdicts.ts";

/**
 * What a delivery tells about something that may be under remediation: by the first of its event's entries under
 * `lifecycle` whose `when` is true. Undefined when that is nothing, or when the repository is none of the settings'.
 */
export async function readLifecycle(pipeline: Pipeline, delivery: Delivery): Promise<Signal | undefined> {
	const entries = pipeline.lifecycle.get(delivery.event);
	if (entries === undefined) return undefined;
	const scope = payloadScope(pipeline, delivery);
	const { found: entry } = await firstTrue(entries, scope);
	if (entry === undefined) return undefined;

	const { value } = await evaluateMapping(entry.of, scope, "of");
	const fields = { ...envelopeOf(scope.input), ...shapeIncident(value) };
	const { repository } = fields;
	if (repository === undefined || !REPOSITORY.test(repository)) return undefined;
	if (!matchesGlob(repository, pipeline.settings.repositories)) return undefined;
	return { ...fields, says: entry.says, event: entry.name, delivery_id: delivery.delivery_id, repository };
}
