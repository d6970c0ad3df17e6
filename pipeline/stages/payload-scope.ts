import type { Scope } from "../expression/facts.ts";
import type { Delivery } from "../reading.ts";
import { repositoryNameOf } from "./envelope.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { withoutAlertSecret } from "./without-alert-secret.ts";

/** The scope of the entries under `events` and `lifecycle`. */
export function payloadScope(pipeline: Pipeline, { event, payload, delivery_id }: Delivery): Scope {
	const input = withoutAlertSecret(payload);
	const { settings, agents } = pipeline.forRepository(repositoryNameOf(input));
	return {
		input,
		variables: { settings, event, delivery_id },
		facts: { agents },
	};
}
