import { type Counted, WITH_ROUTED } from "./figures.ts";
import type { Suggestion } from "./shapes.ts";

/** Rules whose agent was followed by another one that fixed it; the rule that was wrong most often first. */
export async function suggestRules(db: D1Database, { since, repository }: Counted): Promise<readonly Suggestion[]> {
	const { results } = await db.prepare(WRONG_RULES).bind(since, repository).all<WrongRule>();
	return results.map(({ incidents, ...row }) => ({ ...row, incidents: JSON.parse(incidents), text: advise(row) }));
}

type WrongRule = Omit<Suggestion, "incidents" | "text"> & { readonly incidents: string };

export const WRONG_RULES = `${WITH_ROUTED},
of_rules AS (
	SELECT rule, chosen AS agent, sum(is_over) AS chosen, sum(is_fixed) AS fixed FROM routed GROUP BY 1, 2
),
of_types AS (
	SELECT rule, chosen AS agent, failure_type, sum(is_fixed) AS fixed FROM routed GROUP BY 1, 2, 3
),
wrong AS MATERIALIZED (
	SELECT rule, chosen AS agent, fixer AS instead, failure_type, id, created_at FROM routed
	WHERE is_fixed AND fixer <> chosen AND NOT handed_over
),
wrong_types AS (
	SELECT rule, agent, instead, failure_type, count(*) AS wrong FROM wrong GROUP BY 1, 2, 3, 4
)
SELECT rule, agent, instead, chosen, fixed, count(*) AS wrong,
	(
		SELECT failure_type FROM wrong_types JOIN of_types USING (rule, agent, failure_type)
		WHERE rule = w.rule AND agent = w.agent AND instead = w.instead AND wrong * 2 > of_types.fixed
		ORDER BY wrong DESC, failure_type LIMIT 1
	) AS failure_type,
	(
		SELECT json_group_array(id) FROM (
			SELECT id FROM wrong WHERE rule = w.rule AND agent = w.agent AND instead = w.instead
			ORDER BY created_at DESC, id LIMIT 5
		)
	) AS incidents
FROM wrong w JOIN of_rules USING (rule, agent)
GROUP BY rule, agent, instead ORDER BY count(*) DESC, count(*) * 1.0 / fixed DESC, rule, instead LIMIT 5`;

/** `$failure` is the classification, as rules under `route` see it. */
function advise({ rule, agent, instead, chosen, fixed, wrong, failure_type }: Omit<WrongRule, "incidents">): string {
	const summary = `rule ${rule} chose ${agent} ${times(chosen)}; of the ${fixed} that were fixed, ${instead} fixed ${wrong} after it`;
	if (failure_type === null)
		return `${summary}: see what those have in common, and put a rule for ${instead} before it`;
	const better = `{ name: ${instead}-${failure_type.replaceAll("_", "-")}, agent: ${instead}, when: $failure.type = '${failure_type}' }`;
	return `${summary}: put ${better} before it`;
}

function times(count: number): string {
	return count === 1 ? "once" : `${count} times`;
}
