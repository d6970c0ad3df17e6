import type { Context, ContextSource } from "../context.ts";
import type { RuleVerdict } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import type { Incident } from "../incident.ts";
import { classify } from "./classify.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { enrichIncident, evidentFactsOf, factsOf } from "./incident-facts.ts";
import type { CompiledContextRequest, Pipeline } from "./load-pipeline.ts";
import { judgeRule } from "./rule-verdicts.ts";

/** One context source to query for an incident, with its parameters evaluated. */
export interface PlannedRequest {
	readonly name: string;
	readonly from: ContextSource;
	readonly with: Readonly<Record<string, unknown>>;
	readonly timeout_s: number;
	/** Present when the source is skipped: its `when` is not true, or a parameter cannot be evaluated. */
	readonly skip?: { readonly why: string; readonly rule: RuleVerdict };
}

/** What to gather first: every request that reads neither `$failure` nor another part, in the pipeline's order. */
export async function planContext(loaded: Pipeline, incident: Incident): Promise<readonly PlannedRequest[]> {
	const pipeline = loaded.forRepository(incident.repository);
	const [first = []] = pipeline.context;
	const scope: Scope = {
		input: incident,
		variables: { settings: pipeline.settings },
		facts: factsOf(pipeline, incident),
	};
	return await plan(first, scope);
}

/**
 * What to gather in a later round, from 1 on, with the context of the rounds before. These requests see everything that a
 * classify rule sees, and as `$failure` what the rules make of it so far. The decision judges again, by the whole context.
 */
export async function planRound(
	loaded: Pipeline,
	round: number,
	incident: Incident,
	context: Context,
): Promise<readonly PlannedRequest[]> {
	const pipeline = loaded.forRepository(incident.repository);
	const requests = pipeline.context[round] ?? [];
	if (requests.length === 0) return [];
	const about = enrichIncident(incident, context);
	const facts = evidentFactsOf(pipeline, about, context);
	const scope: Scope = { input: { ...about, context }, variables: { settings: pipeline.settings }, facts };
	const { type, category } = await classify(pipeline, scope, facts);
	const failure = { type, category };
	return await plan(requests, { ...scope, variables: { ...scope.variables, failure } });
}

async function plan(requests: readonly CompiledContextRequest[], scope: Scope): Promise<readonly PlannedRequest[]> {
	const planned: PlannedRequest[] = [];
	for (const { name, from, condition, with: mapping, timeout_s } of requests) {
		const rule = await judgeRule(name, condition, scope);
		const { value, failed } = await evaluateMapping(mapping, scope, `${name}.with`);
		const [broken] = failed;
		const request = { name, from, with: value, timeout_s };
		if (rule.verdict !== "true") {
			planned.push({ ...request, skip: { why: `its condition is ${rule.verdict}`, rule } });
		} else if (broken !== undefined) {
			planned.push({ ...request, skip: { why: `${broken.rule}: ${broken.clause?.error}`, rule: broken } });
		} else planned.push(request);
	}
	return planned;
}
