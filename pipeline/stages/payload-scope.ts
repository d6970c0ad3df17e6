import type { Scope } from "../expression/facts.ts";
import type { Delivery } from "../reading.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { withoutAlertSecret } from "./without-alert-secret.ts";

/** The scope of the entries under `events` and `lifecycle`. */
export function payloadScope({ settings, agents }: Pipeline, { event, payload, delivery_id }: Delivery): Scope {
	return {
		input: withoutAlertSecret(payload),
		variables: { settings, event, delivery_id },
		facts: { agents },
	};
}
