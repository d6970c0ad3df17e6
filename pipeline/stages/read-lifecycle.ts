import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import { matchesGlob } from "../expression/glob.ts";
import { withQueuedPullRequest } from "../merge-queue.ts";
import type { Delivery } from "../reading.ts";
import type { Signal } from "../signal.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { envelopeOf, REPOSITORY } from "./envelope.ts";
import { shapeIncident } from "./incident-shape.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { payloadScope } from "./payload-scope.ts";
import { firstTrue } from "./rule-verdicts.ts";

/** The signal about something that may be under remediation, with its explanation. */
export interface LifecycleReading {
	readonly signal?: Signal;
	/** Empty when no entry listens to the event. */
	readonly explanation: readonly StageExplanation[];
}

/** Reads a delivery with the first entry under `lifecycle` for its event whose `when` is true. */
export async function readLifecycle(pipeline: Pipeline, delivery: Delivery): Promise<LifecycleReading> {
	const entries = pipeline.lifecycle.get(delivery.event);
	if (entries === undefined) return { explanation: [] };
	const scope = payloadScope(pipeline, delivery);
	const { found: entry, verdicts } = await firstTrue(entries, scope);
	if (entry === undefined) return { explanation: explain(verdicts, "no entry's condition is true") };

	const { value, failed } = await evaluateMapping(entry.about, scope, "of");
	const rules = [...verdicts, ...failed];
	const fields = { ...envelopeOf(scope.input), ...shapeIncident(value) };
	const { repository } = fields;
	if (repository === undefined || !REPOSITORY.test(repository)) {
		return { explanation: explain(rules, `${entry.name} matches, but the payload names no repository`) };
	}
	if (!matchesGlob(repository, pipeline.settings.repositories)) {
		return {
			explanation: explain(rules, `${entry.name} matches, but ${repository} is not in settings.repositories`),
		};
	}
	const signal = {
		...withQueuedPullRequest({ ...fields, repository }),
		reports: entry.reports,
		event: entry.name,
		delivery_id: delivery.delivery_id,
	};
	return { signal, explanation: explain(rules, `${entry.name} reports ${entry.reports}`) };
}

function explain(rules: readonly RuleVerdict[], outcome: string): readonly StageExplanation[] {
	return [{ stage: "lifecycle", round: "first", rules, outcome }];
}
