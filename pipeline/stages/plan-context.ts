import type { ContextSource } from "../context.ts";
import type { RuleVerdict } from "../explanation.ts";
import type { Scope } from "../expression/facts.ts";
import type { Incident } from "../incident.ts";
import { evaluateMapping } from "./compiled-mapping.ts";
import { factsOf } from "./incident-facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
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

/** What to gather for an incident: every request of the pipeline in order, with a reason for those to skip. */
export async function planContext(loaded: Pipeline, incident: Incident): Promise<readonly PlannedRequest[]> {
	const pipeline = loaded.forRepository(incident.repository);
	const scope: Scope = {
		input: incident,
		variables: { settings: pipeline.settings },
		facts: factsOf(pipeline, incident),
	};
	const planned: PlannedRequest[] = [];
	for (const { name, from, condition, with: mapping, timeout_s } of pipeline.context) {
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
