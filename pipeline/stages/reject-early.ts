import { readPath } from "../expression/read-path.ts";
import type { Delivery, IgnoredReason } from "../reading.ts";
import { repositoryNameOf } from "./envelope.ts";
import type { CompiledEvent, CompiledLifecycle, Pipeline } from "./load-pipeline.ts";
import { notMatched } from "./read-delivery.ts";

/**
 * Why nothing matters of an event with an action; null: something may. Each pipeline has its own, and each repository's settings
 * are a pipeline of their own.
 */
type Known = Map<string, IgnoredReason | null>;

const known = new WeakMap<Pipeline, Known>();

/** Whoever sends a payload chooses its action. */
const MOST_KNOWN = 1_000;

/**
 * Why a delivery is ignored, if its event and action alone show it: no entry under `events` or `lifecycle` can be true for
 * them, whatever else the payload says. Undefined otherwise, and in any doubt: then `readDelivery` and `readLifecycle` tell.
 * Equal to what these two make of it, and one object each time, so that what follows from it can be remembered with it.
 */
export function rejectEarly(pipeline: Pipeline, delivery: Delivery): IgnoredReason | undefined {
	const { event, payload } = delivery;
	if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
	const action = readPath(payload, ["action"]);
	if (action !== undefined && typeof action !== "string") return undefined;

	const own = pipeline.forRepository(repositoryNameOf(payload));
	const decided = known.get(own) ?? new Map<string, IgnoredReason | null>();
	known.set(own, decided);
	const key = action === undefined ? event : `${event}\n${action}`;
	const earlier = decided.get(key);
	const reason =
		earlier !== undefined ? earlier : mayMatter(own, event, action) ? null : notMatched(pipeline, delivery);
	if (decided.size < MOST_KNOWN) decided.set(key, reason);
	return reason ?? undefined;
}

function mayMatter(pipeline: Pipeline, event: string, action: string | undefined): boolean {
	const scope = {
		input: action === undefined ? {} : { action },
		variables: { settings: pipeline.settings, event },
		facts: { agents: pipeline.agents },
	};
	const entries: readonly (CompiledEvent | CompiledLifecycle)[] = [
		...(pipeline.events.get(event) ?? []),
		...(pipeline.lifecycle.get(event) ?? []),
	];
	return entries.some(({ condition }) => condition === undefined || condition.mayHold(scope));
}
