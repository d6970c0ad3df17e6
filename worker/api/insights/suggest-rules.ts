import { type Counted, WITH_ROUTED } from "./figures.ts";
import type { Suggestion } from "./shapes.ts";
import { type Evidence, routeAsYaml, suggestRoute } from "./suggest-route.ts";

/**
 * Rules whose agent was followed by another one that fixed it, or that a person corrected; the rule that was wrong most often
 * first.
 */
export async function suggestRules(db: D1Database, counted: Counted): Promise<readonly Suggestion[]> {
	const { results } = await db.prepare(WRONG_RULES).bind(counted.since, counted.repository).all<WrongRule>();
	if (results.length === 0) return [];
	const known = await knownOf(db, counted, results);
	return results.map(({ incidents, ...row }) => {
		const ofRule = known.filter(({ rule, agent }) => rule === row.rule && agent === row.agent);
		const evidence = ofRule.flatMap(({ instead, ...one }): readonly Evidence[] => {
			if (instead === null) return [{ ...one, was: "right" }];
			return instead === row.instead ? [{ ...one, was: "wrong" }] : [];
		});
		const route = suggestRoute(row.instead, evidence) ?? null;
		return { ...row, incidents: JSON.parse(incidents), route, text: advise({ ...row, route }) };
	});
}

type WrongRule = Omit<Suggestion, "incidents" | "text" | "route"> & { readonly incidents: string };

export const WRONG_RULES = `${WITH_ROUTED},
of_rules AS (
	SELECT rule, chosen AS agent, sum(is_over OR is_corrected) AS chosen, sum(is_fixed) AS fixed FROM routed GROUP BY 1, 2
),
of_types AS (
	SELECT rule, chosen AS agent, failure_type, sum(is_fixed OR is_corrected) AS known FROM routed GROUP BY 1, 2, 3
),
wrong AS MATERIALIZED (
	SELECT rule, chosen AS agent, instead, failure_type, id, created_at, NOT is_fixed AS by_person FROM routed
	WHERE is_corrected
),
wrong_types AS (
	SELECT rule, agent, instead, failure_type, count(*) AS wrong FROM wrong GROUP BY 1, 2, 3, 4
)
SELECT rule, agent, instead, chosen, fixed, count(*) AS wrong, sum(by_person) AS by_person,
	(
		SELECT failure_type FROM wrong_types JOIN of_types USING (rule, agent, failure_type)
		WHERE rule = w.rule AND agent = w.agent AND instead = w.instead AND wrong * 2 > of_types.known
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

/** One incident of a wrong rule; `instead`: the agent that was right, null if that was the rule's. */
interface KnownIncident extends Omit<Evidence, "was"> {
	readonly rule: string;
	readonly agent: string;
	readonly instead: string | null;
}

// Enough to tell what the wrong ones have in common; each is a row with texts.
const MOST_KNOWN = 500;

/** The incidents of these rules of which is known which agent was right, newest first. */
async function knownOf(
	db: D1Database,
	{ since, repository }: Counted,
	wrong: readonly WrongRule[],
): Promise<readonly KnownIncident[]> {
	const rules = JSON.stringify(wrong.map(({ rule, agent }) => [rule, agent]));
	const { results } = await db
		.prepare(
			`${WITH_ROUTED}
			SELECT routed.rule, chosen AS agent, iif(is_corrected, instead, NULL) AS instead, routed.failure_type, i.repository,
				CASE WHEN json_valid(i.incident) THEN i.incident ->> '$.workflow.name' END AS workflow
			FROM routed JOIN incidents i ON i.rowid = routed.n
			WHERE (is_corrected OR is_right)
				AND (routed.rule, chosen) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?3))
			ORDER BY routed.created_at DESC, routed.id LIMIT ${MOST_KNOWN}`,
		)
		.bind(since, repository, rules)
		.all<KnownIncident>();
	return results;
}

function advise(of: Omit<Suggestion, "incidents" | "text">): string {
	const { rule, agent, instead, chosen, fixed, wrong, by_person, route } = of;
	const byAgent = wrong - by_person;
	const corrections = [
		...(byAgent > 0 ? [`of the ${fixed} that were fixed, ${instead} fixed ${byAgent} after it`] : []),
		...(by_person > 0 ? [`a person gave ${by_person} of them to ${instead}`] : []),
	];
	const summary = `rule ${rule} chose ${agent} ${times(chosen)}; ${corrections.join(", and ")}`;
	return route === null
		? `${summary}: see what those have in common, and put a rule for ${instead} before it`
		: `${summary}: put ${routeAsYaml(route)} before it`;
}

function times(count: number): string {
	return count === 1 ? "once" : `${count} times`;
}
