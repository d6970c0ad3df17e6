import type { CompiledCondition } from "../expression/compile-expression.ts";
import type { Incident } from "../incident.ts";
import type { NotifyEvent } from "../notify-events.ts";
import { factsOf } from "./incident-facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

/** Where notifications go: one entry of `notify`. `url` and `secret` are references to variables: `$env(NAME)`. */
export interface NotifyTarget {
	readonly name: string;
	readonly on: readonly NotifyEvent[];
	readonly to: "slack" | "webhook";
	readonly url: string;
	readonly secret?: string;
}

export interface CompiledNotifyTarget extends NotifyTarget {
	readonly condition: CompiledCondition | undefined;
}

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
