import type { Incident } from "../../pipeline/incident.ts";
import type { Assumption } from "./assumptions.ts";
import { type Bindings, bindNamed } from "./bind-named.ts";
import { beganAt } from "./checks.ts";
import { IS_UNSENT, statusList, TRANSITIONS } from "./state-machine.ts";
import { insertTransitions } from "./transitions.ts";

/** Each opening starts a new budget: no more of them, or a flaky run would call agents without end. */
export const MOST_REOPENED = 2;

/** What a delivery needs for this. */
export interface ComingBack {
	readonly incident: Incident;
	/** When the incident is due, if it is opened again; ms. */
	readonly dueAt: number;
	readonly now: number;
}

/** The statements of one transaction, and how to read their results. */
export interface ReopenStatements {
	readonly all: readonly D1PreparedStatement[];
	isReopened(results: readonly D1Result[]): boolean;
}

/**
 * Opens an ended incident again if its failure came back. They belong in the transaction of the delivery, before the delivery
 * itself is added: the same delivery opens nothing twice. Attempt numbers continue, and the budget starts anew. A CodeRun
 * whose end is unknown is kept: its attempt continues, because a second one must not work beside it.
 */
export function reopenStatements(db: D1Database, back: ComingBack): ReopenStatements {
	const again = whenAgain(back.incident);
	const highest = higherAttemptStatements(db, back.incident);
	if (again === undefined) return { all: highest, isReopened: () => false };
	const values = { ...valuesOf(back), reason: again.reason };
	const where = `id = :id AND ${mayReopen(again.by)}`;
	const all = [
		bindNamed(
			db,
			insertTransitions(
				{ at: ":now", event: "'reopened'", to_status: `'${TRANSITIONS.reopened.to}'`, reason: ":reason" },
				`FROM incidents WHERE ${where}`,
			),
			values,
		),
		bindNamed(
			db,
			`UPDATE attempts SET result = NULL, signature = NULL, ci_summary = NULL, ci_url = NULL, ended_at = NULL
			WHERE incident_id = :id AND EXISTS (
				SELECT 1 FROM incidents WHERE ${where} AND attempt = attempts.attempt AND ${HAS_UNFINISHED}
			)`,
			values,
		),
		bindNamed(
			db,
			`UPDATE incidents SET status = '${TRANSITIONS.reopened.to}', reason = :reason, attempt = ${NEXT_ATTEMPT},
				budget_from = ${NEXT_ATTEMPT}, reopened = reopened + 1, reopened_at = :now, incident = ${PATCHED},
				run_attempt = coalesce(:run_attempt, run_attempt), escalate_to = NULL, leader_id = NULL, notified_at = NULL,
				led_at = CASE WHEN led_at IS NULL THEN NULL ELSE :now END, next_try_at = :due_at, not_before = NULL,
				blocked_on = NULL, blocked_by = NULL, failing_since = NULL, tries = 0, paused = 0, fixed_at = NULL, fixed_by = NULL,
				ended_at = NULL, lock = NULL, locked_until = 0, updated_at = max(:now, updated_at + 1)
			WHERE ${where}`,
			values,
		),
	];
	return { all: [...all, ...highest], isReopened: (results) => results[all.length - 1]?.meta.changes === 1 };
}

/**
 * That these statements would change nothing: the incident is new, or this is one more delivery of what the journal has of it.
 * Nothing to assume where no delivery can show more.
 */
export function assumeNothingBack(incident: Incident): readonly Assumption[] {
	const again = whenAgain(incident);
	if (again === undefined) return [];
	const { id, delivery_id, run_attempt = null } = incident;
	const values = { id, delivery_id, run_attempt, began_at: beganAt(incident) ?? null };
	return [{ sql: NOTHING_BACK[again.by], values }];
}

const ENDED = statusList(TRANSITIONS.reopened.from);

/** GitHub and people deliver the same again. */
const IS_NEW_DELIVERY = `NOT EXISTS (SELECT 1 FROM deliveries WHERE incident_id = :id AND delivery_id = :delivery_id)`;

const BEGAN_LATER = ":began_at > ended_at";

/** SQL: what shows that a failure came back. */
const SHOWN_BY = {
	play: "TRUE",
	check: BEGAN_LATER,
	run: `CASE WHEN run_attempt IS NULL THEN ${BEGAN_LATER} ELSE :run_attempt > run_attempt END`,
} as const;

/** SQL: the incident is opened again. */
const mayReopen = (by: keyof typeof SHOWN_BY) =>
	`status IN (${ENDED}) AND reopened < ${MOST_REOPENED} AND (${SHOWN_BY[by]}) AND ${IS_NEW_DELIVERY}`;

/** SQL: this attempt of its run is higher than any that was red. */
const IS_HIGHER = "(run_attempt IS NULL OR run_attempt < :run_attempt)";

const noneOf = (sql: string) => `NOT EXISTS (SELECT 1 FROM incidents WHERE id = :id AND (${sql}))`;

const NOTHING_BACK = {
	play: noneOf(mayReopen("play")),
	check: noneOf(mayReopen("check")),
	run: noneOf(`(${mayReopen("run")}) OR ${IS_HIGHER}`),
} as const;

const OF_ATTEMPT = `attempts a WHERE a.incident_id = incidents.id AND a.attempt = incidents.attempt`;

/** SQL: its CodeRun was seen, and nobody knows that it ended. Without its bytes it cannot be followed. */
const HAS_UNFINISHED = `EXISTS (
	SELECT 1 FROM ${OF_ATTEMPT} AND a.spawned_at IS NOT NULL AND a.outcome IS NULL
		AND CASE WHEN json_valid(a.request) THEN json_type(a.request, '$.coderun') END = 'object'
)`;

/** SQL: a decided attempt is not repeated: its prompt is about the earlier failure. */
const NEXT_ATTEMPT = `attempt + CASE WHEN ${HAS_UNFINISHED} OR NOT EXISTS (SELECT 1 FROM ${OF_ATTEMPT}) THEN 0 ELSE 1 END`;

/** SQL: the fields of the new failure, over what is known of the earlier one. */
const PATCHED = "CASE WHEN json_valid(incident) THEN json_patch(incident, :patch) ELSE :whole END";

/**
 * When a delivery shows that the failure came back, with the sentence for the timeline: a run by a higher attempt of it;
 * another check if it began after the incident ended; a play always, since it reports each failure once. Undefined if it
 * cannot show that.
 */
function whenAgain(incident: Incident): { readonly by: keyof typeof SHOWN_BY; readonly reason: string } | undefined {
	const { kind, run_id, run_attempt } = incident;
	if (kind === "play") return { by: "play", reason: "the stage failed again" };
	if (kind !== "ci") return undefined;
	if (run_id === undefined) return { by: "check", reason: "the check failed again" };
	// Which attempt of the run this is, is unknown: it may be the one that is over.
	if (run_attempt === undefined) return undefined;
	return { by: "run", reason: `attempt ${run_attempt} of its run failed again` };
}

/**
 * Keeps the highest attempt that is red, so that another delivery of that attempt opens nothing after the end. While no agent
 * is chosen, the incident is about that attempt.
 */
function higherAttemptStatements(db: D1Database, incident: Incident): readonly D1PreparedStatement[] {
	const { kind, run_id, run_attempt } = incident;
	if (kind !== "ci" || run_id === undefined || run_attempt === undefined) return [];
	return [
		bindNamed(
			db,
			`UPDATE incidents SET run_attempt = :run_attempt, incident = CASE
				WHEN run_attempt IS NOT NULL AND agent IS NULL AND (${IS_UNSENT} OR status = 'rerunning') THEN ${PATCHED} ELSE incident
			END
			WHERE id = :id AND ${IS_HIGHER}`,
			valuesOf({ incident, dueAt: 0, now: 0 }),
		),
	];
}

/** Fields that describe one failure: the earlier one's must not stay. */
const OF_ONE_FAILURE = {
	job: null,
	jobs: null,
	failed_steps: null,
	evidence: null,
	started_at: null,
	occurred_at: null,
	part: null,
};

function valuesOf({ incident, dueAt, now }: ComingBack): Bindings {
	const { id, delivery_id, run_attempt } = incident;
	return {
		id,
		delivery_id,
		run_attempt: run_attempt ?? null,
		began_at: beganAt(incident) ?? null,
		due_at: dueAt,
		now,
		patch: JSON.stringify({ ...OF_ONE_FAILURE, ...incident }),
		whole: JSON.stringify(incident),
	};
}
