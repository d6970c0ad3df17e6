import type { Incident } from "../incident.ts";
import type { NotifyEvent } from "../notify-events.ts";
import { factsOf } from "./incident-facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

/** What happened. An event that could not be delivered has no incident; the others are undefined where unknown. */
export interface Notable {
	readonly event: NotifyEvent;
	readonly incident: Incident | undefined;
	readonly agent: string | undefined;
	readonly failure_type: string | undefined;
}

/**
 * The names of the targets that are notified. A `where` leaves out only what it is false for: if it cannot be evaluated, a
 * message too many is better than an incident that nobody hears of.
 */
export async function notifyTargets(
	loaded: Pipeline,
	{ event, incident, agent, failure_type }: Notable,
): Promise<readonly string[]> {
	const pipeline = loaded.forRepository(incident?.repository);
	const variables = { settings: pipeline.settings, event, failure: { type: failure_type }, agent: { name: agent } };
	const facts = incident === undefined ? {} : factsOf(pipeline, incident);
	const names: string[] = [];
	for (const { name, on, condition } of pipeline.notify) {
		if (!on.includes(event)) continue;
		const { verdict } = await judgeRule(name, condition, { input: incident ?? {}, variables, facts });
		if (verdict !== "false") names.push(name);
	}
	return names;
}
